package main

import (
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"palier/instance"
)

func TestATokenIsPrintedForAPerson(t *testing.T) {
	t.Parallel()
	database := "--database=sqlite:" + filepath.Join(t.TempDir(), "palier.db")
	admin := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(t.Context(), append([]string{"admin", database}, args...), &out, io.Discard)
		return out.String(), err
	}
	for _, name := range []string{"amina", "closed"} {
		if _, err := admin("person", "create", name, name+"@people.example", "--password", "un mot de passe"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := admin("person", "disable", "closed"); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, args := range [][]string{{"token", "amina"}, {"token", "amina"}, {"token", "Amina", "--scopes", "read admin:write"}} {
		got, err := admin(args...)
		if err != nil || !regexp.MustCompile(`^[A-Za-z0-9_-]{43}\n$`).MatchString(got) || seen[got] {
			t.Errorf("%v prints %q, %v", args, got, err)
		}
		seen[got] = true
	}
	for _, c := range []struct {
		args []string
		want error
	}{
		{[]string{"token", "nobody"}, instance.ErrNotFound},
		{[]string{"token", "closed"}, instance.ErrForbidden},
		{[]string{"token", "amina", "--scopes", "everything"}, instance.ErrInvalid},
		{[]string{"token", "amina", "--scopes", " "}, instance.ErrInvalid},
	} {
		if got, err := admin(c.args...); !errors.Is(err, c.want) || got != "" {
			t.Errorf("%v prints %q, %v, want %v", c.args, got, err, c.want)
		}
	}
}
