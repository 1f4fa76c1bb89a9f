// SPDX-License-Identifier: BSD-3-Clause

package attest

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scientific-python/sallyport/internal/dist"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// Kind is a form in which attestations are handed on.
type Kind string

// The kinds, in the order in which they are made.
const (
	// KindSLSA and KindPublish are PEP 740 attestations of one file, beside it.
	KindSLSA    Kind = "slsa"
	KindPublish Kind = "publish"
	// KindBundle is a Sigstore bundle with the provenance of one file,
	// KindRelease one (for each [MaxSubjects] files) with that of all. They lie
	// in a folder of their own.
	KindBundle  Kind = "bundle"
	KindRelease Kind = "release"
	// KindVerdict is a Sigstore bundle with the gate's verdict about one file.
	// It is none of [Kinds]: only a gate that passed makes it.
	KindVerdict Kind = "verdict"
)

// Kinds are all kinds. The default leaves out KindPublish: PyPI's publish
// action makes those itself and refuses to run where one exists.
func Kinds() []Kind { return []Kind{KindSLSA, KindPublish, KindBundle, KindRelease} }

// DefaultKinds are the kinds made where none are named.
func DefaultKinds() []Kind { return []Kind{KindSLSA, KindBundle, KindRelease} }

// ForIndex reports whether files of the kind go to the package index.
func (k Kind) ForIndex() bool { return k == KindSLSA || k == KindPublish }

// everyProvenance stands for all kinds of provenance, in the policy's word.
const everyProvenance = "provenance"

// ParseKinds reads a list of kinds, parted by commas, each once; "provenance"
// stands for slsa, bundle and release. An empty list is an error.
func ParseKinds(list string) ([]Kind, error) {
	var names []Kind
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name == everyProvenance {
			names = append(names, KindSLSA, KindBundle, KindRelease)
		} else {
			names = append(names, Kind(name))
		}
	}
	var out []Kind
	for _, k := range names {
		switch {
		case !slices.Contains(Kinds(), k):
			return nil, fmt.Errorf("%q is no kind of attestation; use slsa, publish, bundle or release, parted by commas, or provenance for all but publish", string(k))
		case slices.Contains(out, k):
			return nil, fmt.Errorf("%q is named twice; name each kind once", string(k))
		}
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b Kind) int { return slices.Index(Kinds(), a) - slices.Index(Kinds(), b) })
	return out, nil
}

// Plan is what is to be made for a release: which statement, signed by which
// log, goes into which file.
type Plan struct {
	kinds []Kind
	items []*item
	tasks []Task
	// instance signs everything.
	instance trust.Instance
}

// item is one attestation in one file.
type item struct {
	kind      Kind
	path      string
	dists     []*dist.Dist
	statement []byte
	task      int // in tasks: two items may share one signature
}

// NewPlan plans the kinds for the files of one project and version. Paths of
// the index's kinds lie beside their files, those of the others in bundles.
func NewPlan(kinds []Kind, dists []*dist.Dist, bundles string) (*Plan, error) {
	p := &Plan{kinds: kinds}
	for _, k := range kinds {
		if k == KindRelease {
			name, err := ReleaseBundle(dists)
			if err != nil {
				return nil, err
			}
			for part := range slices.Chunk(dists, MaxSubjects) {
				p.items = append(p.items, &item{kind: k, path: filepath.Join(bundles, name), dists: part})
			}
			continue
		}
		for _, d := range dists {
			names, err := Names(d)
			if err != nil {
				return nil, err
			}
			path := filepath.Join(bundles, names.Bundle)
			switch k {
			case KindSLSA:
				path = filepath.Join(filepath.Dir(d.Path), names.SLSA)
			case KindPublish:
				path = filepath.Join(filepath.Dir(d.Path), names.Publish)
			}
			p.items = append(p.items, &item{kind: k, path: path, dists: []*dist.Dist{d}})
		}
	}
	return p, nil
}

// Paths are the files that will be written, each once.
func (p *Plan) Paths() []string {
	var out []string
	for _, it := range p.items {
		if len(out) == 0 || out[len(out)-1] != it.path {
			out = append(out, it.path)
		}
	}
	return out
}

// Fill writes the statements, from the claims of the job's token, and decides
// where each is entered. It is an error where the services have not what a kind
// needs.
func (p *Plan) Fill(claims runner.Claims, c *trust.SigningConfig) error {
	forIndex, forBundles, err := p.logs(c)
	if err != nil {
		return err
	}
	p.instance = c.Instance
	type signature struct {
		statement string
		log       Log
	}
	met := map[signature]int{}
	for _, it := range p.items {
		subjects, err := Subjects(it.dists)
		if err != nil {
			return err
		}
		if it.kind == KindPublish {
			it.statement, err = Publish(subjects[0].Name, subjects[0].SHA256)
		} else {
			it.statement, err = Provenance(claims, subjects)
		}
		if err != nil {
			return err
		}
		log := forBundles
		if it.kind.ForIndex() {
			log = forIndex
		}
		key := signature{string(it.statement), log}
		if _, ok := met[key]; !ok {
			met[key] = len(p.tasks)
			p.tasks = append(p.tasks, Task{Content: StatementContent(it.statement), Log: log})
		}
		it.task = met[key]
	}
	return nil
}

// logs says in which log the attestations for the index and the bundles are
// entered. The index wants Rekor v1; for bundles the newest there is will do.
func (p *Plan) logs(c *trust.SigningConfig) (forIndex, forBundles Log, err error) {
	forBundles = bundleLog(c)
	switch {
	case c.Rekor1 != nil:
		forIndex = RekorV1
	case c.Rekor2 != nil && IndexTakesRekorV2Since != "":
		forIndex = RekorV2
	default:
		forIndex = NoLog
	}
	if forIndex == NoLog && slices.ContainsFunc(p.kinds, Kind.ForIndex) {
		hint := ", or sign with the public-good instance"
		if c.Instance == trust.PublicGood {
			hint = " (--kinds bundle,release), and look for a newer sallyport, in case the index takes version 2 by now"
		}
		return 0, 0, fmt.Errorf("choosing the log: %s has no Rekor log of version 1, which the package index asks for; "+
			"leave out the kinds slsa and publish%s", serving(c), hint)
	}
	return forIndex, forBundles, nil
}

// bundleLog is the newest log there is.
func bundleLog(c *trust.SigningConfig) Log {
	switch {
	case c.Rekor2 != nil:
		return RekorV2
	case c.Rekor1 != nil:
		return RekorV1
	}
	return NoLog
}

// serving names the services for a message.
func serving(c *trust.SigningConfig) string {
	if c.Path != "" {
		return fmt.Sprintf("the signing configuration %q", c.Path)
	}
	return fmt.Sprintf("the instance %q", string(c.Instance))
}

// Tasks are what is to be signed.
func (p *Plan) Tasks() []Task { return p.tasks }
