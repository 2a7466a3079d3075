// Package palier_test keeps the plan of the house: who may import whom, what
// the protocol may touch, and how the rooms are named. The plan and its reasons
// are in CONTRIBUTING.md.
package palier_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module   = "palier"
	maxLines = 600
)

// folders is everything the top level may hold, besides hidden folders.
var folders = []string{"cmd", "deploy", "federation", "instance", "protocol", "specs"}

// floors lists the rooms of instance from the ground up. A room may use those
// on floors below its own and none beside it. Every room not named here is a
// noun: it stands on nounFloor.
var floors = [][]string{
	{"instance"},
	{"instance/store", "instance/writing", "instance/france", "instance/sheets", "instance/countries", "instance/recall"},
	{"instance/jobs", "instance/media", "instance/actors", "instance/readable", "instance/vault", "instance/alike"},
	{"instance/mail"},
	{}, // people, places, posts and the other nouns
	{"instance/web", "instance/mastodon", "instance/activitypub"},
	{"instance/config"},
	{"instance/app"},
}

const nounFloor = 4

// wired are the rooms of instance that may speak to other servers.
var wired = []string{"instance/activitypub", "instance/app", "instance/config"}

// blind says what the packages below a path may not import themselves, and why.
var blind = []struct {
	path, why string
	imports   []string
}{
	{"protocol", "protocol touches no network, disk, clock or database", []string{
		"net", "net/http", "os", "os/exec", "os/signal", "io/ioutil", "syscall", "log", "log/slog", "database/sql", "math/rand", "math/rand/v2"}},
	{"federation", "federation keeps nothing itself: it declares what it needs stored", []string{
		"database/sql", "github.com/jackc/pgx/v5", "modernc.org/sqlite", "github.com/riverqueue/river"}},
	{"instance", "the nouns know neither SQL nor HTTP", []string{"database/sql", "net/http"}},
}

// clock are the functions of package time that read a clock or wait for one.
var clock = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

// vague are names that say nothing of what is inside.
var vague = []string{"base", "common", "helper", "helpers", "lib", "manager", "managers", "misc", "shared", "util", "utils"}

// refusal says why the package from may not import the package to, both as
// paths below the module; empty if it may. Tests may use rooms beside their own
// and test packages, but no layer above theirs.
func refusal(from, to string, inTest bool) string {
	inTest = inTest || isTest(from)
	if isTest(to) && !inTest {
		return "test packages stay out of programs"
	}
	if within(to, "specs/conformity") && !inTest && !within(from, "specs") && !within(from, "cmd/palier-conform") {
		return "only tests and palier-conform hold documents to the schemas"
	}
	if room(from) == room(to) || layer(to) == "specs" {
		return ""
	}
	layers := []string{"specs", "protocol", "federation", "instance", "cmd"}
	above, below := slices.Index(layers, layer(from)), slices.Index(layers, layer(to))
	switch {
	case above < 0 || below < 0:
		return "not a layer: imports run cmd, instance, federation, protocol"
	case above < below:
		return "imports run cmd, instance, federation, protocol, and not back"
	case layer(from) == "cmd" && layer(to) == "cmd":
		return "programs share through instance, federation or protocol"
	case inTest:
		return ""
	case layer(from) == "instance" && layer(to) == "federation" && !slices.Contains(wired, room(from)):
		return "in instance only activitypub speaks to other servers"
	case layer(from) == "instance" && layer(to) == "instance" && floor(from) <= floor(to):
		return "rooms do not import sideways or upwards: declare the one to three methods needed as an interface"
	}
	return ""
}

func layer(pkg string) string { first, _, _ := strings.Cut(pkg, "/"); return first }

// room is the folder a package belongs to: instance/web/words to instance/web.
func room(pkg string) string {
	parts := strings.SplitN(pkg, "/", 3)
	return path.Join(parts[:min(len(parts), 2)]...)
}

func floor(pkg string) int {
	for i, rooms := range floors {
		if slices.Contains(rooms, room(pkg)) {
			return i
		}
	}
	return nounFloor
}

func within(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

// isTest tells whether a package only serves tests, as storetest does.
func isTest(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// blindness says why the package from may not import a package of others.
func blindness(from, to string) string {
	for _, b := range blind {
		if (from == b.path || b.path != "instance" && within(from, b.path)) && slices.Contains(b.imports, to) && !isTest(from) {
			return b.why
		}
	}
	return ""
}

func TestImportRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		inTest   bool
		may      bool
	}{
		{"cmd/palier", "instance/app", false, true},
		{"cmd/palier", "cmd/palier/demo", false, true},
		{"cmd/palier-bench", "cmd/palier/demo", false, false},
		{"instance/app", "cmd/palier", false, false},
		{"instance/app", "instance/web", false, true},
		{"instance/app", "federation/delivery", false, true},
		{"instance/web", "instance/posts", false, true},
		{"instance/web", "instance/web/words", false, true},
		{"instance/web", "instance/mastodon", false, false},
		{"instance/web", "federation/client", false, false},
		{"instance/web", "instance/app", false, false},
		{"instance/activitypub", "federation/inbox", false, true},
		{"instance/activitypub", "protocol/as2", false, true},
		{"instance/posts", "instance/people", false, false},
		{"instance/posts", "instance/people", true, true},
		{"instance/posts", "instance/posts/words", false, true},
		{"instance/posts", "instance/web", false, false},
		{"instance/posts", "federation/delivery", false, false},
		{"instance/posts", "instance/store", false, true},
		{"instance/posts", "instance/jobs", false, true},
		{"instance/posts", "instance", false, true},
		{"instance/posts", "protocol/vocab", false, true},
		{"instance/jobs", "instance/store", false, true},
		{"instance/store", "instance/jobs", false, false},
		{"instance/jobs", "instance/media", false, false},
		{"instance/mail", "instance/jobs", false, true},
		{"instance/people", "instance/mail", false, true},
		{"instance/jobs", "instance/mail", false, false},
		{"instance", "instance/store", false, false},
		{"instance", "protocol/vocab", false, true},
		{"federation/inbox", "protocol/as2", false, true},
		{"federation/inbox", "federation/signature", false, true},
		{"federation/inbox", "instance", false, false},
		{"federation/inbox", "instance/store", true, false},
		{"protocol/proof", "protocol/origin", false, true},
		{"protocol/proof", "federation/client", false, false},
		{"protocol/proof", "federation/federationtest", true, false},
		{"protocol/proof", "specs", true, true},
		{"protocol/proof", "specs/conformity", true, true},
		{"protocol/proof", "specs/conformity", false, false},
		{"cmd/palier-conform", "specs/conformity", false, true},
		{"cmd/palier", "specs/conformity", false, false},
		{"instance/posts", "instance/store/storetest", false, false},
		{"instance/posts", "instance/apptest", true, true},
		{"instance/apptest", "instance/store/storetest", false, true},
		{"instance/apptest", "instance/people", false, true},
		{"cmd/palier", "instance/apptest", false, false},
		{"specs", "protocol/as2", false, false},
		{"tools", "instance", false, false},
	} {
		if why := refusal(c.from, c.to, c.inTest); (why == "") != c.may {
			t.Errorf("refusal(%s, %s, test %t) = %q, want may %t", c.from, c.to, c.inTest, why, c.may)
		}
	}
}

func TestBlindness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		may      bool
	}{
		{"protocol/as2", "net/url", true},
		{"protocol/as2", "net/netip", true},
		{"protocol/as2", "net", false},
		{"protocol/as2", "net/http", false},
		{"protocol/jrd", "os", false},
		{"federation/client", "net/http", true},
		{"federation/inbox", "database/sql", false},
		{"instance", "net/http", false},
		{"instance/web", "net/http", true},
		{"instance/store", "database/sql", true},
	} {
		if why := blindness(c.from, c.to); (why == "") != c.may {
			t.Errorf("blindness(%s, %s) = %q, want may %t", c.from, c.to, why, c.may)
		}
	}
}

func TestImports(t *testing.T) {
	t.Parallel()
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("go list names %d packages; this test sees nothing", len(packages))
	}
	for _, p := range packages {
		from := below(p.ImportPath)
		for _, to := range p.Imports {
			if why := blindness(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
		check(t, from, p.Imports, false)
		check(t, from, slices.Concat(p.TestImports, p.XTestImports), true)
	}
}

func check(t *testing.T, from string, imports []string, inTest bool) {
	t.Helper()
	for _, to := range imports {
		if to != module && !within(to, module) {
			continue
		}
		if why := refusal(from, below(to), inTest); why != "" {
			t.Errorf("%s imports %s: %s", from, below(to), why)
		}
	}
}

func below(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// list returns the packages of the module, browser tests included. The root has
// nothing but this test and is left out.
func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-tags", "browser",
		"-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatal(err)
		case p.ImportPath != module:
			packages = append(packages, p)
		}
	}
}

func TestProtocolReadsNoClock(t *testing.T) {
	t.Parallel()
	broken := "package p\nimport t \"time\"\nvar now = t.Now\nfunc f() { t.Sleep(1); t.Unix(0, 0) }\n"
	if got := clockReads(t, "broken.go", broken); !slices.Equal(got, []string{"3: time.Now", "4: time.Sleep"}) {
		t.Fatalf("clockReads finds %q", got)
	}
	for _, file := range goFiles(t, "protocol") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, read := range clockReads(t, file, nil) {
			t.Errorf("%s:%s: protocol is told the time", file, read)
		}
	}
}

// clockReads returns the lines of a file that read a clock or wait for one.
func clockReads(t *testing.T, name string, src any) []string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	called := "" // what the file calls package time
	for _, i := range file.Imports {
		if i.Path.Value != strconv.Quote("time") {
			continue
		}
		if called = "time"; i.Name != nil {
			called = i.Name.Name
		}
	}
	var reads []string
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && called != "" && x.Name == called && slices.Contains(clock, s.Sel.Name) {
			reads = append(reads, fmt.Sprintf("%d: time.%s", set.Position(s.Pos()).Line, s.Sel.Name))
		}
		return true
	})
	return reads
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case strings.HasPrefix(name, "."):
		case e.IsDir() && !slices.Contains(folders, name):
			t.Errorf("%s: the top level is %s and no other folder", name, strings.Join(folders, ", "))
		case filepath.Ext(name) == ".go" && name != "palier_test.go" && name != "tools.go":
			t.Errorf("%s: no code at the top level", name)
		}
	}
}

func TestNamesSaySomething(t *testing.T) {
	t.Parallel()
	for _, p := range list(t) {
		for name := range strings.SplitSeq(below(p.ImportPath), "/") {
			if slices.Contains(vague, name) {
				t.Errorf("%s: %q does not say what is inside", p.ImportPath, name)
			}
		}
	}
}

func TestNobodyHasToScroll(t *testing.T) {
	t.Parallel()
	for _, folder := range folders {
		for _, file := range goFiles(t, folder) {
			if n := lines(t, file); n > maxLines {
				t.Errorf("%s has %d lines, more than %d", file, n, maxLines)
			}
		}
	}
}

func goFiles(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(file string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return fs.SkipDir
		case !d.IsDir() && filepath.Ext(file) == ".go":
			files = append(files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func lines(t *testing.T, file string) int {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		n++
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}
