// SPDX-License-Identifier: BSD-3-Clause

// Package report is the shape of a report and its four forms: text, JSON,
// SARIF and GitHub's annotations, summary and outputs.
//
// The JSON form is a contract: its schema is docs/schemas/report.schema.json,
// and a field is never renamed or removed within one schema version. Nothing
// in a report is trusted: every string may come from a hostile file, so every
// form sanitises what it prints.
package report

import "github.com/scientific-python/sallyport/internal/finding"

// SchemaVersion is the version of the JSON report.
const SchemaVersion = 1

// Verdict is the outcome of a whole run.
type Verdict string

// Pass means that every gate that ran holds; Fail that a finding of severity
// error exists; Undecided that something that must be checked could not be.
const (
	Pass      Verdict = "pass"
	Fail      Verdict = "fail"
	Undecided Verdict = "undecided"
	NotRun    Verdict = "not-run" // of a gate only
)

// Report is everything a run found, in the field order of the JSON form.
// Slices are never null in JSON.
type Report struct {
	SchemaVersion int           `json:"schema_version"`
	Tool          Tool          `json:"tool"`
	Command       string        `json:"command"`
	Verdict       Verdict       `json:"verdict"`
	Policy        Policy        `json:"policy"`
	Trust         []Trust       `json:"trust"`
	Gates         []GateStatus  `json:"gates"`
	Findings      []Finding     `json:"findings"`
	Unchecked     []Unchecked   `json:"unchecked"`
	Ignored       []Ignored     `json:"ignored"`
	Dists         []Dist        `json:"dists"`
	PublishPaths  []PublishPath `json:"publish_paths"`
	// Attestations are what attest or the gate signed; reports of others have no
	// such key. Notes say in a sentence each what it left out, and why.
	Attestations []Attestation `json:"attestations,omitempty" report:"optional"`
	Notes        []string      `json:"notes,omitempty" report:"optional"`
	// EnforceFrom is the day (YYYY-MM-DD) from which the verdict decides the
	// exit code; reports of runs in which it does already have no such key.
	EnforceFrom string `json:"enforce_from,omitempty" report:"optional"`
}

// Tool names the program that wrote the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Policy says where the policy was read: Source is "file", "input" (flags and
// the runner's facts) or "defaults"; SHA256 is of the file's bytes.
type Policy struct {
	Source string `json:"source"`
	Path   string `json:"path"`
	Commit string `json:"commit"`
	SHA256 string `json:"sha256"`
}

// Trust is one trust root in use. Instance is "public-good", "github" or
// "custom"; Source is "embedded", "tuf" or "file"; Date is the day (UTC,
// YYYY-MM-DD) as of which the root is known to be current, empty for a file.
type Trust struct {
	Instance string `json:"instance"`
	Source   string `json:"source"`
	Date     string `json:"date"`
}

// GateStatus is one gate's outcome and how many rules were applied.
type GateStatus struct {
	Gate         finding.Gate `json:"gate"`
	Status       Verdict      `json:"status"`
	RulesChecked int          `json:"rules_checked"`
}

// Finding is a [finding.Finding] in the report's form.
type Finding struct {
	Rule     string           `json:"rule"`
	Gate     finding.Gate     `json:"gate"`
	Severity finding.Severity `json:"severity"`
	Subject  string           `json:"subject"`
	File     string           `json:"file"`
	Line     int              `json:"line"`
	Column   int              `json:"column"`
	Message  string           `json:"message"`
	Hint     string           `json:"hint"`
	// Fix are the corrected lines of the file, ready to paste, in its own
	// indentation and without a final newline; may be empty.
	Fix        string   `json:"fix" report:"optional"`
	References []string `json:"references"`
}

// Unchecked is a [finding.Unchecked] in the report's form.
type Unchecked struct {
	Rule     string       `json:"rule"`
	Gate     finding.Gate `json:"gate"`
	Subject  string       `json:"subject"`
	Reason   string       `json:"reason"`
	Blocking bool         `json:"blocking"`
}

// Ignored is one use of an ignore entry of the policy.
type Ignored struct {
	Rule    string `json:"rule"`
	Subject string `json:"subject"`
	Reason  string `json:"reason"`
	Until   string `json:"until"`
}

// Dist is one distribution. Kind is "wheel" or "sdist", SHA256 lower-case hex,
// Size in bytes.
type Dist struct {
	Path     string       `json:"path"`
	Name     string       `json:"name"`
	Version  string       `json:"version"`
	Kind     string       `json:"kind"`
	SHA256   string       `json:"sha256"`
	Size     int64        `json:"size"`
	Verified []Verified   `json:"verified"`
	Index    IndexVerdict `json:"index"`
}

// Verified is what one attestation's certificate proves of a distribution;
// nothing in it comes from the predicate. Empty strings: the certificate does
// not say. LogIndex is -1 where no log entry was verified.
type Verified struct {
	PredicateType string `json:"predicate_type"`
	Instance      string `json:"instance"`
	Signer        string `json:"signer"`
	SignerDigest  string `json:"signer_digest"`
	BuildConfig   string `json:"build_config"`
	Repository    string `json:"repository"`
	RepositoryID  string `json:"repository_id"`
	OwnerID       string `json:"owner_id"`
	Visibility    string `json:"visibility"`
	Ref           string `json:"ref"`
	Commit        string `json:"commit"`
	Environment   string `json:"environment"`
	Runner        string `json:"runner"`
	Event         string `json:"event"`
	Run           string `json:"run"`
	Attempt       string `json:"attempt"`
	LogIndex      int64  `json:"log_index"`
	Time          string `json:"time"`
	Source        string `json:"source"`
}

// IndexVerdict is what the package index itself would say of the attestations
// that an uploader would send with the file: "accept", "refuse",
// "no-attestation" or "unknown".
type IndexVerdict struct {
	Verdict      string             `json:"verdict"`
	Attestations []IndexAttestation `json:"attestations"`
}

// IndexAttestation is the index's answer to one attestation file.
type IndexAttestation struct {
	File    string `json:"file"`
	Verdict string `json:"verdict"`
	Message string `json:"message"`
}

// PublishPath is one way by which a workflow reaches an index. Line is that of
// the uploader in File.
type PublishPath struct {
	File        string   `json:"file"`
	Job         string   `json:"job"`
	Step        int      `json:"step"`
	Line        int      `json:"line"`
	Uploader    string   `json:"uploader"`
	Index       string   `json:"index"`
	Credential  string   `json:"credential"`
	Environment string   `json:"environment"`
	Reachable   bool     `json:"reachable"`
	Via         []string `json:"via"`
	// Stages are the jobs whose work reaches the upload: the upload's own job
	// first, then those whose files it takes.
	Stages []Stage `json:"stages" report:"optional"`
}

// Stage is one job on a publish path. Each but the first hands its files, as
// the artifact Artifact, to the job To; both are empty for the first.
type Stage struct {
	File     string `json:"file"`
	Job      string `json:"job"`
	Line     int    `json:"line"`
	To       string `json:"to"`
	Artifact string `json:"artifact"`
	// Events say in words what starts a run in which it works for this path,
	// such as "push of a tag v*".
	Events []string `json:"events"`
	// Deviations are the IDs of the rules that found something here.
	Deviations []string `json:"deviations"`
}

// Attestation is one attestation that was made and verified.
type Attestation struct {
	// Path is the file that holds it, or one of whose lines does.
	Path string `json:"path"`
	// Kind is "slsa" or "publish" (PEP 740 attestations of one file), "bundle"
	// (a Sigstore bundle of one file), "release" (one of all files) or "verdict"
	// (a Sigstore bundle with the gate's verdict about one file).
	Kind          string `json:"kind"`
	PredicateType string `json:"predicate_type"`
	// Subjects is how many files it is about.
	Subjects int    `json:"subjects"`
	Instance string `json:"instance"`
	// LogIndex is -1 where it is in no transparency log.
	LogIndex int64 `json:"log_index"`
	// ID and URL are those under which GitHub stores it, "" where it does not.
	ID  string `json:"id"`
	URL string `json:"url"`
}
