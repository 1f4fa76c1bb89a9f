// SPDX-License-Identifier: BSD-3-Clause

package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scientific-python/sallyport/internal/attest"
	"github.com/scientific-python/sallyport/internal/gate"
	"github.com/scientific-python/sallyport/internal/report"
	"github.com/scientific-python/sallyport/internal/runner"
	"github.com/scientific-python/sallyport/internal/trust"
)

// audience is what tokens for Sigstore are made for.
const audience = "sigstore"

// tokenMargin is how long a token must be good for when it is used. One that
// expires on the way to Fulcio all the same is replaced.
const tokenMargin = 5 * time.Second

// bundleFolder is the name of the default folder for bundles.
const bundleFolder = "sallyport-attestations"

// attesting is one run of "sallyport attest".
type attesting struct {
	env      *Env
	flags    *attestFlags
	world    *world
	progress *progress
	bundles  string // folder

	release *gate.Release
	todo    *attest.Plan
	first   *runner.IDToken
	claims  runner.Claims
	options gate.Options
	config  *trust.SigningConfig
	// notes are for every report, public for one of a release that was signed.
	notes, public []string
	// unplannable is why nothing can be planned: the gates say it better.
	unplannable error
	stored      []string // addresses of what GitHub has taken
	written     bool
}

// bundleFolder is where bundles go.
func (f *attestFlags) bundleFolder(w *world) (string, error) {
	dir := f.bundleDir
	if !hasKind(f.kinds, attest.KindBundle) && !hasKind(f.kinds, attest.KindRelease) {
		return dir, nil
	}
	if ws := w.workspace(); dir == "" && ws != "" && w.isAction() {
		dir = filepath.Join(ws, outFolder, "attestations")
	}
	if dir == "" {
		temp := w.lookup("RUNNER_TEMP")
		if temp == "" {
			return "", usagef("reading the arguments: there is no temporary folder of a runner (RUNNER_TEMP) to write bundles to; name a folder with --bundle-dir")
		}
		dir = filepath.Join(temp, bundleFolder)
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", usagef("reading the arguments: --bundle-dir %q is no folder; name a folder", dir)
	}
	return dir, nil
}

// plan decides which files will be written, and refuses where one is in the way
// before anybody is asked for anything.
func (s *attesting) plan() error {
	dists := s.release.Files.Dists
	if len(dists) == 0 {
		if u := s.release.Unreadable; len(u) > 0 {
			return fmt.Errorf("collecting the release: %w", u[0].Err)
		}
		if p := s.release.Files.Problems; len(p) > 0 {
			return fmt.Errorf("collecting the release: %w", p[0].Err)
		}
		return errors.New("collecting the release: there is no wheel or sdist; name the release files or their folder, such as dist/")
	}
	if err := s.apart(); err != nil {
		return err
	}
	plan, err := attest.NewPlan(s.flags.kinds, dists, s.bundles)
	if err != nil {
		s.unplannable = err
		return nil
	}
	s.todo = plan
	for _, path := range plan.Paths() {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			if err != nil {
				return fmt.Errorf("looking for %q: %w", path, cause(err))
			}
			return usagef("reading the release: %q exists already; attest each file once, or remove the old attestations first", path)
		}
	}
	return nil
}

// apart refuses bundles and a report in the folder of the release files. It is
// asked again before anything is written: a link may lead elsewhere by then.
func (s *attesting) apart() error {
	for _, d := range s.release.Files.Dists {
		folder := filepath.Dir(d.Path)
		if s.bundles != "" && within(s.bundles, folder) {
			return usagef("reading the arguments: --bundle-dir %q is in the folder of the release files, where uploaders stop at bundles; name another folder", s.bundles)
		}
		if out := s.flags.output; out != "" && within(filepath.Dir(out), folder) {
			return usagef("reading the arguments: --output %q is in the folder of the release files, where uploaders stop at it; name another folder", out)
		}
	}
	return nil
}

// within reports whether a folder is another one or lies in it.
func within(dir, of string) bool {
	real := func(p string) string {
		abs, err := filepath.Abs(p)
		if err != nil {
			return filepath.Clean(p)
		}
		// The part that exists may hold links.
		for rest := ""; ; {
			if r, err := filepath.EvalSymlinks(abs); err == nil {
				return filepath.Join(r, rest)
			}
			parent := filepath.Dir(abs)
			if parent == abs {
				return filepath.Join(abs, rest)
			}
			rest, abs = filepath.Join(filepath.Base(abs), rest), parent
		}
	}
	rel, err := filepath.Rel(real(of), real(dir))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// identify asks for the job's token. From here on its claims, not the
// environment, say what is running.
func (s *attesting) identify(ctx context.Context) error {
	s.progress.say("asking the runner for an identity token")
	token, err := s.world.commands().IDToken(ctx, audience, runner.TokenOptions{HTTPClient: s.env.Client, Budget: s.flags.timeout, Now: s.env.Now})
	var permission *runner.PermissionError
	if errors.As(err, &permission) || errors.Is(err, runner.ErrOutsideActions) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	s.first, s.claims = token, token.Claims
	return s.world.fromClaims(s.claims)
}

// prepare reads the policy, trust roots and services.
func (s *attesting) prepare(ctx context.Context, cmd *cobra.Command) error {
	f, w := s.flags, s.world
	s.options.Strict, s.options.Tool = f.strict, tool()
	read, err := w.readPolicy(ctx, &f.common, &s.options)
	if err != nil {
		return err
	}
	overlay := f.settings.overlay(cmd.Flags(), w.facts)
	if err := w.choosePolicy(ctx, read, &f.settings, overlay, s.release, &s.options); err != nil {
		return err
	}
	if err := s.assumePublisher(); err != nil {
		return err
	}
	instance, err := s.instance()
	if err != nil {
		return err
	}
	s.progress.say("loading trust roots and services")
	if s.options.Trust, err = trust.Load(ctx, trust.Options{Files: f.trustedRoots, Now: s.env.Now(), Client: s.env.Client, Repositories: s.env.TUF}); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{err}
		}
		return err
	}
	s.config, err = trust.LoadSigning(ctx, trust.SigningOptions{
		Instance: instance, File: f.signingConfig, Now: s.env.Now(), Client: s.env.Client, Repositories: s.env.TUF,
	})
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usageError{err}
		}
		return err
	}
	if p := s.config.Problem; p != nil {
		s.notes = append(s.notes, fmt.Sprintf("The list of Sigstore's current services could not be fetched (%v); the one built in, of %s, was used.", p.Err, p.Date.Format(time.DateOnly)))
	}
	s.require()
	if s.todo == nil {
		return nil
	}
	if err := s.withoutLog(); err != nil {
		return err
	}
	if err := s.todo.Fill(s.claims, s.config); err != nil {
		return usageError{err}
	}
	return nil
}

// foretell asks the gates what they will say of what is about to be signed.
func (s *attesting) foretell(ctx context.Context) (*report.Report, error) {
	root, err := s.root()
	if err != nil {
		return nil, err
	}
	foretold, err := s.todo.Foretold(s.claims, root, s.env.Now())
	if err != nil {
		return nil, err
	}
	rep := gate.Foretell(ctx, s.release, s.options, foretold, s.todo.ForIndex())
	if rep.Verdict != report.Pass {
		s.refused(rep)
	}
	return rep, nil
}

func (s *attesting) refused(rep *report.Report) {
	rep.Notes = append(slices.Clone(s.notes), "Nothing was signed and nothing was written.")
}

// unplanned lets the gates say what is wrong with a set of files that cannot be
// attested together, such as those of two projects.
func (s *attesting) unplanned(ctx context.Context) (*report.Report, error) {
	p := *s.options.Policy
	p.Require = nil
	s.options.Policy = &p
	rep := gate.Foretell(ctx, s.release, s.options, nil, nil)
	if rep.Verdict == report.Pass {
		return nil, usageError{s.unplannable}
	}
	s.refused(rep)
	return rep, nil
}

// root is the trust root by which what the services sign will be verified.
func (s *attesting) root() (*trust.Root, error) {
	for _, r := range s.options.Trust.Roots {
		if r.Instance == s.config.Instance {
			return r, nil
		}
	}
	return nil, fmt.Errorf("choosing the trust root: there is none of the instance %q", string(s.config.Instance))
}

// token returns the job's first token while it is good for long enough, and
// asks for another after that, which must be this job's too.
func (s *attesting) token(ctx context.Context) (string, error) {
	if t := s.first; t != nil {
		s.first = nil
		if s.env.Now().Add(tokenMargin).Before(t.Claims.Expires) {
			return t.Secret(), nil
		}
	}
	t, err := s.world.commands().IDToken(ctx, audience, runner.TokenOptions{HTTPClient: s.env.Client, Budget: s.flags.timeout, Now: s.env.Now})
	if err != nil {
		return "", err
	}
	if a, b := attest.Identity(s.claims), attest.Identity(t.Claims); !sameIdentity(a, b) {
		return "", errors.New("asking the runner for another identity token: it is not for the same job; run the job again")
	}
	return t.Secret(), nil
}

// sign signs the statements, and has what came of it verified and judged.
func (s *attesting) sign(ctx context.Context) (*attest.Release, *report.Report, error) {
	s.progress.say("signing")
	signer, err := attest.NewSigner(attest.SignerOptions{
		Config: s.config, Token: s.token, Timeout: s.flags.timeout, Client: s.env.Client, UserAgent: userAgent(),
		Check: func(leaf *x509.Certificate) error { return attest.CheckCertificate(leaf, s.claims) },
	})
	if err != nil {
		return nil, nil, err
	}
	bundles, err := signer.Sign(ctx, s.todo.Tasks())
	if err != nil {
		return nil, nil, err
	}
	made, err := s.todo.Render(bundles)
	if err != nil {
		return nil, nil, err
	}
	s.progress.say("verifying what was signed")
	rep := gate.Attested(ctx, s.release, s.options, made.Documents, s.todo.ForIndex())
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if rep.Verdict != report.Pass {
		rep.Notes = slices.Concat(s.notes, s.public, []string{"What the services signed does not pass, so nothing was written. Unless the message says otherwise, run the job again later."})
	}
	return made, rep, nil
}
