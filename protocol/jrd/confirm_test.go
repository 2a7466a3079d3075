package jrd_test

import (
	"errors"
	"testing"

	"palier/protocol/jrd"
)

const actor = "https://social.lyon.example/u/1"

func answer(subject, self string, aliases ...string) *jrd.Document {
	d := &jrd.Document{Subject: subject, Aliases: aliases}
	if self != "" {
		d.Links = []jrd.Link{{Rel: jrd.RelSelf, Type: "application/activity+json", Href: self}}
	}
	return d
}

func handle(t *testing.T, s string) jrd.Handle {
	t.Helper()
	h, err := jrd.ParseHandle(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestB13_SubjectHostMustConfirm: WebFinger says another host.
func TestB13_SubjectHostMustConfirm(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, asked string
		answer      *jrd.Document
		known       string
		done        bool
		err         error
	}{
		{"the handle itself", "amina@lyon.example", answer("acct:amina@lyon.example", actor), "amina@lyon.example", true, nil},
		{"in the case of its host", "amina@lyon.example", answer("acct:Amina@LYON.example", actor), "Amina@lyon.example", true, nil},
		{"a handle on another host", "amina@social.lyon.example", answer("acct:amina@lyon.example", actor), "amina@lyon.example", false, nil},
		{"another name on the same host", "amina@lyon.example", answer("acct:bruno@lyon.example", actor), "bruno@lyon.example", false, nil},
		{"the same host on another port", "amina@lyon.example", answer("acct:amina@lyon.example:8443", actor), "amina@lyon.example:8443", false, nil},
		{"an address with the handle among the aliases", "amina@lyon.example", answer(actor, actor, "https://x.example/", "acct:amina@lyon.example"), "amina@lyon.example", true, nil},
		{"an address with another handle among the aliases", "amina@lyon.example", answer(actor, actor, "acct:bruno@lyon.example"), "", false, jrd.ErrUnconfirmed},
		{"an address alone", "amina@lyon.example", answer(actor, actor), "", false, jrd.ErrUnconfirmed},
		{"no subject", "amina@lyon.example", answer("", actor, "acct:amina@lyon.example"), "", false, jrd.ErrUnconfirmed},
		{"no actor", "amina@lyon.example", answer("acct:amina@lyon.example", ""), "", false, jrd.ErrNoActor},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			known, done, err := jrd.Confirm(handle(t, tc.asked), tc.answer)
			if !errors.Is(err, tc.err) || done != tc.done {
				t.Fatalf("got %v, %v, %v", known, done, err)
			}
			if tc.err == nil && known.String() != tc.known {
				t.Errorf("known as %s, want %s", known, tc.known)
			}
		})
	}
}

// TestB13_HandleOfAnotherActor: the host has to name this very actor.
func TestB13_HandleOfAnotherActor(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		answer *jrd.Document
		want   error
	}{
		{"confirmed", answer("acct:amina@lyon.example", actor), nil},
		{"in another case", answer("acct:AMINA@lyon.example", actor), nil},
		{"another actor", answer("acct:amina@lyon.example", "https://social.lyon.example/u/2"), jrd.ErrUnconfirmed},
		{"almost the same actor", answer("acct:amina@lyon.example", actor+"/"), jrd.ErrUnconfirmed},
		{"handed over once more", answer("acct:amina@third.example", actor), jrd.ErrUnconfirmed},
		{"no actor", answer("acct:amina@lyon.example", ""), jrd.ErrNoActor},
		{"no subject", answer("", actor), jrd.ErrUnconfirmed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if err := jrd.Confirmed(handle(t, "amina@lyon.example"), actor, tc.answer); !errors.Is(err, tc.want) {
				t.Errorf("got error %v, want %v", err, tc.want)
			}
		})
	}
}
