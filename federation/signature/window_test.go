package signature_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"palier/federation/signature"
)

func TestA05_Times(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		at   time.Duration
		want error
	}{
		"now":               {0, nil},
		"an hour ago":       {-time.Hour, nil},
		"more than an hour": {-time.Hour - time.Second, signature.ErrTime},
		"yesterday":         {-24 * time.Hour, signature.ErrTime},
		"a clock ahead":     {5 * time.Minute, nil},
		"a clock far ahead": {5*time.Minute + time.Second, signature.ErrTime},
		"next year":         {365 * 24 * time.Hour, signature.ErrTime},
		"thirty days ago":   {-30 * 24 * time.Hour, signature.ErrTime},
	} {
		for _, s := range schemes {
			t.Run(s.name+", "+name, func(t *testing.T) {
				t.Parallel()
				r := request(t, http.MethodPost, inbox, note)
				if err := signature.Sign(r, s.key(), s.scheme, signature.DigestOf(note), noon.Add(c.at)); err != nil {
					t.Fatal(err)
				}
				_, err := verifier(t, ring(s.key())).Verify(arrive(t, r), note)
				if !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
			})
		}
	}
}

func TestA05_CreatedAndExpires(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) string { return unix(noon.Add(d)) }
	for name, c := range map[string]struct {
		created, expires string
		want             error
	}{
		"good":                             {in(0), in(time.Minute), nil},
		"expired":                          {in(-time.Minute), in(-time.Second), signature.ErrTime},
		"expires now":                      {in(-time.Minute), in(0), signature.ErrTime},
		"expires next year":                {in(0), in(365 * 24 * time.Hour), signature.ErrTime},
		"old, still valid by its own word": {in(-2 * time.Hour), in(time.Hour), signature.ErrTime},
		"created ahead":                    {in(time.Hour), in(2 * time.Hour), signature.ErrTime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand(t, r, aminaRSA(), "(request-target) host (created) (expires) digest", "algorithm=\"hs2019\",created="+c.created+",expires="+c.expires+",")
			_, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note)
			if !errors.Is(err, c.want) {
				t.Errorf("cavage: got %v, want %v", err, c.want)
			}
			r = delivery(t)
			byHand9421(t, r, aminaEd(), `("@method" "@target-uri" "content-digest")`, ";created="+c.created+";expires="+c.expires+`;keyid="`+aminaEd().ID+`"`)
			_, err = verifier(t, ring(aminaEd())).Verify(arrive(t, r), note)
			if !errors.Is(err, c.want) {
				t.Errorf("RFC 9421: got %v, want %v", err, c.want)
			}
		})
	}
	t.Run("expires counts though it is not covered", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		byHand(t, r, aminaRSA(), "(request-target) host date digest", "expires="+in(-time.Second)+",")
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrTime)
	})
	t.Run("an old date beside a new created", func(t *testing.T) {
		t.Parallel()
		r := delivery(t)
		r.Header.Set("Date", noon.Add(-3*time.Hour).Format(http.TimeFormat))
		byHand(t, r, aminaRSA(), "(request-target) host date (created) digest", "created="+in(0)+",")
		refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrTime)
	})
	for name, created := range map[string]string{"words": "soon", "negative": "-1", "fraction": "1.5", "huge": "99999999999999999999"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := delivery(t)
			byHand(t, r, aminaRSA(), "(request-target) host (created) digest", "created="+created+",")
			refused(t, ring(aminaRSA()), arrive(t, r), note, signature.ErrMalformed)
		})
	}
}

func TestA05_WindowIsBounded(t *testing.T) {
	t.Parallel()
	for _, p := range []signature.Policy{
		{Origins: []string{"https://lyon.example"}, Past: 13 * time.Hour, Now: atNoon},
		{Origins: []string{"https://lyon.example"}, Future: 13 * time.Hour, Now: atNoon},
		{Origins: []string{"https://lyon.example"}, Past: -time.Hour, Now: atNoon},
		{Origins: []string{"lyon.example"}, Now: atNoon},
		{Now: atNoon},
		{Origins: []string{"https://lyon.example"}},
	} {
		if _, err := signature.NewVerifier(ring(), p); err == nil {
			t.Errorf("policy %+v was accepted", p)
		}
	}
	wide, err := signature.NewVerifier(ring(aminaRSA()), signature.Policy{Origins: []string{"https://lyon.example"}, Past: 12 * time.Hour, Now: atNoon})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, http.MethodPost, inbox, note)
	if err := signature.Sign(r, aminaRSA(), signature.Cavage, signature.DigestOf(note), noon.Add(-11*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := wide.Verify(arrive(t, r), note); err != nil {
		t.Errorf("eleven hours old, twelve allowed: %v", err)
	}
}

func TestA06_AnotherHost(t *testing.T) {
	t.Parallel()
	for _, s := range schemes {
		for _, url := range []string{"https://other.example/u/1/inbox", "https://lyon.example:8443/inbox", "https://lyon.example.evil.example/inbox", "https://xlyon.example/inbox", "http://localhost:8081/inbox"} {
			r := request(t, http.MethodPost, url, note)
			sign(t, r, s.key(), s.scheme, note)
			keys := ring(s.key())
			refused(t, keys, arrive(t, r), note, signature.ErrHost)
			if len(keys.asked) != 0 {
				t.Errorf("a key was asked for a request to %s", url)
			}
			forwarded := arrive(t, r)
			forwarded.Host = "lyon.example"
			refused(t, ring(s.key()), forwarded, note, signature.ErrInvalid)
		}
	}
	for _, host := range []string{"LYON.example", "lyon.example:443"} {
		r := delivery(t)
		r.URL.Host, r.Host = host, host
		byHand(t, r, aminaRSA(), "(request-target) host date digest", "")
		if _, err := verifier(t, ring(aminaRSA())).Verify(arrive(t, r), note); err != nil {
			t.Errorf("our host as %s: %v", host, err)
		}
	}
}
