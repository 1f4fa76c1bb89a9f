// SPDX-License-Identifier: BSD-3-Clause

package policy

import "strings"

const workflowDir = ".github/workflows/"

// ParseSigner reads one entry of "signers":
//
//	./.github/workflows/FILE                       same repository and commit
//	OWNER/REPO/.github/workflows/FILE@COMMIT       40 or 64 hexadecimal digits
//	OWNER/REPO/.github/workflows/FILE@refs/tags/TAG
//
// Whatever moves without notice (a branch, a short ref, no ref) is an error
// that says what to write.
func ParseSigner(s string) (Signer, error) {
	const forms = "write ./.github/workflows/FILE, OWNER/REPO/.github/workflows/FILE@COMMIT or OWNER/REPO/.github/workflows/FILE@refs/tags/TAG"
	raw := s
	s = strings.TrimPrefix(s, "https://github.com/")
	if s != raw {
		return Signer{}, badValue("%q is a URL; write it without https://github.com/", clip(raw))
	}
	if file, local := strings.CutPrefix(s, "./"+workflowDir); local {
		if name, _, at := strings.Cut(file, "@"); at && isWorkflowFile(name) {
			return Signer{}, badValue("%q names a ref, but a workflow of the same repository is taken at the source commit; write ./%s%s", clip(raw), workflowDir, clip(name))
		}
		if !isWorkflowFile(file) {
			return Signer{}, badValue("%q does not name a .yml or .yaml file in .github/workflows; %s", clip(raw), forms)
		}
		return Signer{Raw: raw, Local: true, Path: workflowDir + file}, nil
	}
	if strings.HasPrefix(s, workflowDir) {
		return Signer{}, badValue("%q has no repository; for a workflow of this repository write ./%s", clip(raw), clip(s))
	}
	// The last @ separates the ref: a file's name may hold one, a commit or
	// a ref of the forms below may not.
	cut := strings.LastIndex(s, "@")
	where, ref := s, ""
	if cut >= 0 {
		where, ref = s[:cut], s[cut+1:]
	}
	repository, file, ok := strings.Cut(where, "/"+workflowDir)
	if !ok || !isRepository(repository) || !isWorkflowFile(file) {
		return Signer{}, badValue("%q is not a reusable workflow; %s", clip(raw), forms)
	}
	signer := Signer{Raw: raw, Repository: repository, Path: workflowDir + file}
	pinned := where + "@COMMIT (all 40 digits) or " + where + "@refs/tags/TAG"
	tag, isTag := strings.CutPrefix(ref, "refs/tags/")
	switch {
	case cut < 0 || ref == "":
		return Signer{}, badValue("%q has no ref, so any version of the workflow could sign; write %s", clip(raw), pinned)
	case hexCommit.MatchString(ref):
		signer.Commit = ref
	case isTag && tag != "" && validRef(ref) && !strings.ContainsAny(ref, "{}"):
		signer.Ref = ref
	case strings.HasPrefix(ref, "refs/") && !strings.HasPrefix(ref, "refs/heads/"):
		return Signer{}, badValue("%q does not name a tag after refs/tags/; write %s", clip(raw), pinned)
	case strings.HasPrefix(ref, "refs/heads/"), ref == "main", ref == "master":
		return Signer{}, badValue("%q is on a branch, which moves without notice; write %s", clip(raw), pinned)
	case hexCommit.MatchString(strings.ToLower(ref)):
		return Signer{}, badValue("%q has capital letters in the commit; write %s@%s", clip(raw), where, strings.ToLower(ref))
	case hexDigits.MatchString(ref) && len(ref) >= 7 && len(ref) < 40:
		return Signer{}, badValue("%q has a shortened commit; write %s", clip(raw), pinned)
	default:
		return Signer{}, badValue("%q has the ref %q, which may be a branch or a tag; write %s@COMMIT (all 40 digits) or, if it is a tag, %s@refs/tags/%s", clip(raw), clip(ref), where, where, clip(strings.TrimPrefix(ref, "tags/")))
	}
	return signer, nil
}
