// Package repo keeps a generated tree in a directory. It is the only package
// that touches the output directory, which it shares with its users: they keep
// files of their own beside the generated ones and may edit anything.
//
// # Ownership
//
// What isthmus wrote it records under .isthmus: one inventory for what is
// shared (.isthmus/shared) and one for each cluster (.isthmus/clusters/NAME),
// so that branches which change different clusters merge. An inventory has the
// form that sha256sum writes and checks, a line for each file, sorted by path.
// Hashes are over content with LF line ends: a checkout with CRLF is not an
// edited one. A path may stand in an inventory twice with two hashes, which
// then both count as isthmus's own content: whoever resolves a merge conflict
// may keep both sides, and the next Write settles it.
//
// A file that is in no inventory is foreign and, unless it has the very
// content that would be written (then it is adopted), is not overwritten
// without Options.OverwriteForeign. A file with other content than recorded is
// edited, and neither overwritten nor removed without Options.OverwriteEdited.
// One such file, or a symbolic link or folder in the way, and nothing at all
// is written: the error lists every one of them. .gitattributes and
// .isthmus/.gitignore are written if absent, belong to the user from then on,
// and are never overwritten.
//
// # A share of the clusters
//
// With Options.Clusters only the files and inventories of these clusters are
// written and removed. Shared files are added and brought up to date, since
// runners that each write a share of the clusters must together produce what
// one full run does, but no shared file and no line of the shared inventory is
// removed: a share does not know what the other clusters need. What is left
// over there goes in the next full run. So the content of a shared path must
// depend on the topology alone and not on which clusters are being written.
//
// A file may move from one scope to another. A path counts as owned if any
// inventory has it, a file is removed only if neither the tree nor an
// inventory outside of the share claims it, and a share that gives a file up
// to a cluster outside of it keeps the record until that cluster can take over.
//
// # Crashes
//
// Write first stages all content in .isthmus/tmp and makes it durable, then
// commits to it by renaming a journal to .isthmus/journal. Up to there the old
// tree is whole and the next Write discards what was staged. From there on
// each file is renamed into place, what is left over is removed, inventories
// follow and the journal goes last. A Write that finds a journal completes it
// before anything else; Plan and Compare return an InterruptedError instead. Who
// makes the tree out of files that WriteBeside writes calls Complete before that.
// Completing never destroys work: a file that is neither what the journal
// replaces nor what it writes has been changed since and stays, for the plan
// that follows to judge. (Where the journal would have removed such a file, it
// is from then on the user's.)
//
// Only where a file takes the place of a folder, or a folder that of a file,
// is the old removed before the new is there.
package repo
