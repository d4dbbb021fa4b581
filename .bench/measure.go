package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const fleet = 100

// sideBySide has istioctl and isthmus render the same 100 clusters, in turn.
func (b *runner) sideBySide(rounds, some int) error {
	file, err := b.topology("multi-primary-multi-network", fleet)
	if err != nil {
		return err
	}
	loop := &series{name: fmt.Sprintf("istioctl, a loop over %d clusters (from %d)", fleet, some)}
	steps := b.steps(file, "cluster5")
	for range rounds {
		t, err := b.loop(some)
		if err != nil {
			return err
		}
		loop.all = append(loop.all, t)
		if err := b.round(steps); err != nil {
			return err
		}
	}
	fmt.Printf("\n%d clusters, multi-primary, multi-network\n%s\n", fleet, loop)
	for _, s := range steps {
		fmt.Printf("%s  %6.1f times as fast as the loop\n", s.series, float64(loop.median().wall)/float64(s.median().wall))
	}
	return nil
}

// growth measures models at several sizes.
func (b *runner) growth(rounds int, names []string) error {
	for _, model := range names {
		first := map[string]float64{}
		for _, n := range []int{100, 300, 1000} {
			file, err := b.topology(model, n)
			if err != nil {
				return err
			}
			steps := b.steps(file, someCluster(model))
			for range rounds {
				if err := b.round(steps); err != nil {
					return err
				}
			}
			fmt.Printf("\n%d clusters, %s\n", n, model)
			for _, s := range steps {
				wall := s.median().wall.Seconds()
				if n == fleet {
					first[s.name] = wall
				}
				fmt.Printf("%s  %5.1f times 100 clusters\n", s.series, wall/first[s.name])
			}
		}
	}
	return nil
}

// step is one thing that is measured in a round, after what was before it.
type step struct {
	*series
	args   []string
	copies bool
}

// out stands for the directory of a round.
const out = "OUT"

func (b *runner) steps(file, cluster string) []step {
	one := func(name string, args ...string) step {
		return step{series: &series{name: name}, args: append(args, "-q", "-f", file, "-o", out)}
	}
	first := one("generate into an empty directory", "generate")
	return []step{
		first,
		one("generate again, nothing to do", "generate"),
		one("generate, one cluster", "generate", "--cluster", cluster),
		one("diff, one cluster", "diff", "--cluster", cluster),
		one("diff", "diff"),
		one("check", "check"),
		{series: &series{name: "validate"}, args: []string{"validate", "-q", "-f", file}},
		{series: &series{name: "cp -r of the tree, the floor"}, args: []string{"-r", out, out + "-copy"}, copies: true},
	}
}

// round does each step once, in a new directory. It stays until the end: where
// ext4 has just deleted thousands of files, it takes seconds to make as many,
// since it hands out no inode of the last five seconds (recently_deleted of its
// ialloc.c).
func (b *runner) round(steps []step) error {
	b.rounds++
	dir := filepath.Join(b.dir, fmt.Sprintf("out-%d", b.rounds))
	for _, s := range steps {
		program := b.isthmus
		if s.copies {
			program = "cp"
		}
		args := slices.Clone(s.args)
		for i := range args {
			args[i] = strings.Replace(args[i], out, dir, 1)
		}
		t, err := b.run(program, args...)
		if err != nil {
			return err
		}
		s.all = append(s.all, t)
	}
	return nil
}

// loop has istioctl render some clusters of the fleet, each as its guide says: the
// primary, and the gateway between clusters. What it takes is scaled to all.
func (b *runner) loop(some int) (taken, error) {
	var sum taken
	for i := range some {
		for name, text := range map[string]string{"primary": primary(i), "gateway": gateway(i)} {
			file := filepath.Join(b.dir, name+".yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				return sum, err
			}
			t, err := b.run(b.istioctl, "manifest", "generate", "-f", file)
			if err != nil {
				return sum, err
			}
			sum.wall, sum.cpu, sum.peak = sum.wall+t.wall, sum.cpu+t.cpu, max(sum.peak, t.peak)
		}
	}
	sum.wall, sum.cpu = sum.wall*fleet/time.Duration(some), sum.cpu*fleet/time.Duration(some)
	return sum, nil
}

func primary(i int) string {
	return strings.NewReplacer("#", fmt.Sprint(i)).Replace(`apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  values: {global: {meshID: mesh1, multiCluster: {clusterName: cluster#}, network: network#}}
`)
}

// gateway is what samples/multicluster/gen-eastwest-gateway.sh prints.
func gateway(i int) string {
	return strings.NewReplacer("#", fmt.Sprint(i)).Replace(`apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: {name: eastwest}
spec:
  profile: empty
  components:
    ingressGateways:
    - name: istio-eastwestgateway
      label: {istio: eastwestgateway, app: istio-eastwestgateway, topology.istio.io/network: network#}
      enabled: true
      k8s:
        env: [{name: ISTIO_META_REQUESTED_NETWORK_VIEW, value: network#}]
        service:
          ports:
          - {name: status-port, port: 15021, targetPort: 15021}
          - {name: tls, port: 15443, targetPort: 15443}
          - {name: tls-istiod, port: 15012, targetPort: 15012}
          - {name: tls-webhook, port: 15017, targetPort: 15017}
  values:
    gateways: {istio-ingressgateway: {injectionTemplate: gateway}}
    global: {network: network#}
`)
}
