package auth_test

import (
	"errors"
	"testing"

	"palier/instance"
	"palier/instance/auth"
)

func TestG06_ScopesAllowWhatTheySay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		held, scope string
		want        bool
	}{
		{"read", "read", true},
		{"read", "read:statuses", true},
		{"read", "profile", true},
		{"read", "write:statuses", false},
		{"read", "admin:read", false},
		{"read", "admin:read:accounts", false},
		{"read", "follow", false},
		{"read", "read:nonsense", false},
		{"read", "", false},
		{"read:statuses", "read:statuses", true},
		{"read:statuses", "read", false},
		{"read:statuses", "read:accounts", false},
		{"read:accounts", "profile", true},
		{"profile", "profile", true},
		{"profile", "read:accounts", false},
		{"write", "write:media", true},
		{"write", "push", false},
		{"follow", "read:blocks", true},
		{"follow", "write:mutes", true},
		{"follow", "write:follows", true},
		{"follow", "read:statuses", false},
		{"follow", "write:statuses", false},
		{"read write", "follow", true},
		{"write", "follow", false},
		{"push", "push", true},
		{"admin:read", "admin:read:reports", true},
		{"admin:read", "admin:write:reports", false},
		{"admin:read", "read:statuses", false},
		{"", "read", false},
		{"", "", false},
	} {
		held, err := auth.ParseScopes(c.held)
		if err != nil {
			t.Fatal(err)
		}
		if got := held.Allows(c.scope); got != c.want {
			t.Errorf("%q allows %q: %t, want %t", c.held, c.scope, got, c.want)
		}
	}
}

func TestParseScopes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, want string
		ok         bool
	}{
		{"", "", true},
		{"read", "read", true},
		{" read  write:media\nread\tpush ", "read write:media push", true},
		{auth.AllScopes.String(), auth.AllScopes.String(), true},
		{"Read", "", false},
		{"read,write", "", false},
		{"admin", "", false},
		{"read:", "", false},
		{"read everything", "", false},
		{"read\x00", "", false},
	} {
		got, err := auth.ParseScopes(c.text)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, instance.ErrInvalid) || got.String() != c.want {
			t.Errorf("ParseScopes(%q) = %q, %v", c.text, got, err)
		}
	}
}
