package topology

// merged lays maps over each other, the last one wins; maps in them merge,
// lists and anything else is replaced. The arguments are left as they are.
func merged(layers ...map[string]any) map[string]any {
	out := map[string]any{}
	for _, layer := range layers {
		for k, v := range layer {
			over, isMap := v.(map[string]any)
			if !isMap {
				out[k] = v
				continue
			}
			base, _ := out[k].(map[string]any) // not a map: replaced
			out[k] = merged(base, over)
		}
	}
	return out
}
