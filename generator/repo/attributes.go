package repo

// attributes is what .gitattributes says when isthmus adds it. It names the
// folders of the tree and not "*", since the directory may be the root of a
// repository with other content; text=auto spares binary files that users keep
// in these folders. It does not depend on the tree, because it is written once.
const attributes = `# isthmus added this file once and never changes it. Generated files have LF line
# ends and are folded in reviews. To have files of your own in these folders shown,
# add a line below, such as:
# /clusters/cluster1/mine.yaml -linguist-generated
/README.md text=auto eol=lf linguist-generated
/.isthmus/** text=auto eol=lf linguist-generated
/argocd/** text=auto eol=lf linguist-generated
/base/** text=auto eol=lf linguist-generated
/clusters/** text=auto eol=lf linguist-generated
/flux/** text=auto eol=lf linguist-generated
`

// ignore is what .isthmus/.gitignore says: what exists only while a run works,
// or after one was interrupted, is of no use to anyone else.
const ignore = `/journal
/lock
/tmp/
`
