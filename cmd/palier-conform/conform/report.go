package conform

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Verdict is how a check ended.
type Verdict string

// The verdicts. A check is skipped if it cannot be made on this server.
const (
	Pass Verdict = "pass"
	Fail Verdict = "fail"
	Skip Verdict = "skip"
)

// Result is what came of one check.
type Result struct {
	ID      string   `json:"id"`
	Section string   `json:"section"` // of the protocol
	Rule    string   `json:"rule"`
	Verdict Verdict  `json:"verdict"`
	Reasons []string `json:"reasons,omitempty"` // why it failed or was skipped
}

// Report is what came of all of them.
type Report struct {
	Target   string   `json:"target"`
	Results  []Result `json:"results"`
	Requests int      `json:"requests"` // made
	Seconds  float64  `json:"seconds"`
}

// Count returns how many checks ended in a way.
func (r Report) Count(v Verdict) int {
	n := 0
	for _, result := range r.Results {
		if result.Verdict == v {
			n++
		}
	}
	return n
}

// Text writes the report for people.
func (r Report) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.Target)
	for _, result := range r.Results {
		fmt.Fprintf(&b, "%-4s  %-5s %s (%s)\n", strings.ToUpper(string(result.Verdict)), result.Section, result.Rule, result.ID)
		for _, why := range result.Reasons {
			fmt.Fprintf(&b, "            %s\n", why)
		}
	}
	fmt.Fprintf(&b, "\n%d passed, %d failed, %d skipped; %d requests in %.1f s\n",
		r.Count(Pass), r.Count(Fail), r.Count(Skip), r.Requests, r.Seconds)
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes the report for programs.
func (r Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
