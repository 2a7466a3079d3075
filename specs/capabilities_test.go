package specs_test

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// capability is a line of the table in capabilities.md.
type capability struct {
	ids                      []string
	what, state, where, test string
}

// numbered returns prefix1 to prefixN.
func numbered(prefix string, numbers ...int) []string {
	var ids []string
	for _, n := range numbers {
		ids = append(ids, fmt.Sprintf("%s%d", prefix, n))
	}
	return ids
}

// upTo returns the numbers from one to another.
func upTo(first, last int) []int {
	var all []int
	for n := first; n <= last; n++ {
		all = append(all, n)
	}
	return all
}

// promised is every capability and journey between neighbours, and of homes for
// people who need shelter, that the table has to account for.
func promised() []string {
	return slices.Concat(
		numbered("V", upTo(1, 15)...), numbered("P", upTo(1, 17)...),
		numbered("C", slices.Concat(upTo(1, 9), []int{14}, upTo(17, 24))...),
		numbered("R", slices.Concat(upTo(1, 3), upTo(5, 17), []int{19, 21, 22})...),
		numbered("H", upTo(1, 28)...),
		numbered("J", slices.Concat(upTo(1, 9), []int{11, 12, 13}, upTo(16, 21))...),
		numbered("S", upTo(1, 14)...), // the rules of safeguarding, product.md §4.1
	)
}

var states = []string{"done", "partly", "not yet"}

func TestEveryCapabilityHasItsPageAndItsTest(t *testing.T) {
	t.Parallel()
	table := capabilities(t)
	seen := map[string]int{}
	routes, tests := routesOf(t), testsOf(t)
	for _, c := range table {
		for _, id := range c.ids {
			seen[id]++
		}
		state, why, _ := strings.Cut(c.state, ": ")
		if !slices.Contains(states, state) || state == "partly" && why == "" {
			t.Errorf("%s is %q, want one of %q, and of what is partly there what is missing", c.ids, c.state, states)
		}
		if c.state == "done" && (c.where == "" || c.test == "") {
			t.Errorf("%s is done without a page or without a test", c.ids)
		}
		for _, path := range quoted(c.where) {
			if strings.HasPrefix(path, "/") && !slices.Contains(routes, path) {
				t.Errorf("%s: nothing answers at %s", c.ids, path)
			}
		}
		for _, name := range quoted(c.test) {
			if !slices.Contains(tests, name) {
				t.Errorf("%s: there is no %s", c.ids, name)
			}
		}
	}
	for _, id := range promised() {
		if seen[id] != 1 {
			t.Errorf("%s stands in the table %d times", id, seen[id])
		}
		delete(seen, id)
	}
	for id := range seen {
		t.Errorf("%s is no capability that was promised", id)
	}
}

// capabilities reads the table.
func capabilities(t *testing.T) []capability {
	t.Helper()
	f, err := os.Open("capabilities.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var table []capability
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		cells := strings.Split(strings.Trim(lines.Text(), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) != 5 || !regexp.MustCompile(`^[VPCRJHS][0-9]`).MatchString(cells[0]) {
			continue
		}
		table = append(table, capability{strings.Split(cells[0], ", "), cells[1], cells[2], cells[3], cells[4]})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	if len(table) == 0 {
		t.Fatal("the table has no lines; this test sees nothing")
	}
	return table
}

// quoted returns what stands between backquotes.
func quoted(cell string) []string {
	var words []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell, -1) {
		words = append(words, m[1])
	}
	return words
}

// routesOf returns the paths that pages and APIs answer at, without patterns.
func routesOf(t *testing.T) []string {
	t.Helper()
	var routes []string
	pattern := regexp.MustCompile(`r\.(?:Get|Post|Put|Patch|Delete)\("([^"]+)"`)
	narrow := regexp.MustCompile(`\{([a-z_]+):[^}]*\}`)
	eachFile(t, func(path, text string) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			routes = append(routes, narrow.ReplaceAllString(m[1], "{$1}"))
		}
	})
	return routes
}

// testsOf returns the names of all tests and benchmarks.
func testsOf(t *testing.T) []string {
	t.Helper()
	var tests []string
	pattern := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	eachFile(t, func(path, text string) {
		for _, m := range pattern.FindAllStringSubmatch(text, -1) {
			tests = append(tests, m[1])
		}
	})
	return tests
}

// eachFile reads every Go file of the module.
func eachFile(t *testing.T, read func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil {
			read(path, string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
