package limits_test

import (
	"strconv"
	"testing"
	"time"

	"palier/federation/limits"
)

func TestBuckets(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	b := limits.New(0.5, 2, 10)
	for i := range 2 {
		if _, ok := b.Take("a", now); !ok {
			t.Fatalf("token %d of 2 refused", i+1)
		}
	}
	if wait, ok := b.Take("a", now); ok || wait != 2*time.Second {
		t.Errorf("third token: wait %s, ok %t; want 2s, false", wait, ok)
	}
	if wait, empty := b.Empty("a", now); !empty || wait != 2*time.Second {
		t.Errorf("Empty = %s, %t; want 2s, true", wait, empty)
	}
	if _, ok := b.Take("b", now); !ok {
		t.Error("another key pays for the first")
	}
	if _, ok := b.Take("a", now.Add(2*time.Second)); !ok {
		t.Error("no token after the wait that was told")
	}
}

func TestE11_InventedKeysAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	b := limits.New(1, 1, 10)
	b.Take("victim", now)
	for i := range 1000 {
		b.Take(strconv.Itoa(i), now)
	}
	if _, empty := b.Empty("victim", now); empty {
		t.Error("a key used longest ago is still kept")
	}
}
