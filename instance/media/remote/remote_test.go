package remote_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/apptest"
	"palier/instance/media"
	"palier/instance/media/remote"
	"palier/instance/moderation"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// elsewhere are the servers pictures come from.
type elsewhere struct {
	mu      sync.Mutex
	asked   map[string]int
	content map[string][]byte
	hold    chan struct{} // fetches wait for it, if it is not nil
	began   chan struct{} // gets something when one that waits has begun
	broken  error
	breaks  bool
}

func (e *elsewhere) Picture(ctx context.Context, url string, limit int64) (io.ReadCloser, error) {
	e.mu.Lock()
	e.asked[url]++
	content, ok := e.content[url]
	hold, broken, breaks := e.hold, e.broken, e.breaks
	e.mu.Unlock()
	if breaks {
		panic("a decoder broke")
	}
	if hold != nil {
		e.began <- struct{}{}
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if broken != nil {
		return nil, broken
	}
	if !ok {
		return nil, instance.ErrNotFound
	}
	return io.NopCloser(io.LimitReader(bytes.NewReader(content), limit)), nil
}

func (e *elsewhere) times(url string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked[url]
}

func (e *elsewhere) set(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

// hall is a cache, and somebody elsewhere whose pictures it shows.
type hall struct {
	*apptest.Village
	*elsewhere
	cache    *remote.Cache
	pictures *media.Pictures
	folder   *media.Folder
	lena     instance.Actor
}

const portrait = "https://media.loin.example/lena.png"

func newHall(t testing.TB, db *store.DB, adjust func(*remote.Options)) *hall {
	t.Helper()
	folder, err := media.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{Village: apptest.NewVillage(t, db), folder: folder, pictures: media.New(folder, media.Options{})}
	h.elsewhere = &elsewhere{asked: map[string]int{}, content: map[string][]byte{portrait: drawing(t, 64, 48)}, began: make(chan struct{}, 8)}
	o := remote.Options{
		DB: db, Pictures: h.pictures, Now: h.Clock.Now, Log: slog.New(slog.DiscardHandler), Fetch: h.elsewhere, Patience: time.Minute,
		Shut: func(ctx context.Context, tx store.Tx, hosts []string) (bool, error) {
			for _, host := range hosts {
				if severity, err := h.Moderation.Severity(ctx, tx, host); err != nil || severity == moderation.Suspended {
					return true, err
				}
			}
			return false, nil
		},
	}
	if adjust != nil {
		adjust(&o)
	}
	h.cache = remote.New(o)
	t.Cleanup(func() {
		h.cache.Close()
		if err := folder.Close(); err != nil {
			t.Error(err)
		}
	})
	h.lena = h.somebody("lena", portrait)
	return h
}

// somebody is a new person on another server.
func (h *hall) somebody(name, icon string) instance.Actor {
	h.T.Helper()
	a := instance.Actor{
		ID: instance.ActorID(h.Clock.Now().UnixNano()), URI: "https://loin.example/u/" + name, Kind: instance.Person, Username: name, Host: "loin.example",
		Inbox: "https://loin.example/inbox", Icon: icon, CreatedAt: h.Clock.Now(), UpdatedAt: h.Clock.Now(),
	}
	if err := h.DB.InTx(h.T.Context(), func(tx store.Tx) error { return actors.Save(h.T.Context(), tx, a, "") }); err != nil {
		h.T.Fatal(err)
	}
	return a
}

// says has lena post a picture, and returns its id.
func (h *hall) says(audience instance.Audience, p instance.Picture) (*instance.Post, instance.ID) {
	h.T.Helper()
	post := &instance.Post{
		URI: fmt.Sprintf("https://loin.example/o/%d", h.Clock.Now().UnixNano()), Author: h.lena, Kind: "post", Content: "<p>Regardez</p>", Audience: audience,
		PublishedAt: h.Clock.Now(), Pictures: []instance.Picture{p},
	}
	err := h.DB.InTx(h.T.Context(), func(tx store.Tx) error { return h.Posts.ReceiveIn(h.T.Context(), tx, post, "{}") })
	if err != nil {
		h.T.Fatal(err)
	}
	return post, post.Pictures[0].ID
}

// look looks at a picture and returns what is shown.
func (h *hall) look(of instance.PictureOf, id instance.ID) (*httptest.ResponseRecorder, error) {
	h.T.Helper()
	src, err := h.cache.Find(h.T.Context(), of, id)
	if err != nil {
		return nil, err
	}
	readers := media.Anyone
	if !src.Open {
		readers = media.Reader
	}
	w := httptest.NewRecorder()
	err = h.cache.Serve(w, httptest.NewRequestWithContext(h.T.Context(), http.MethodGet, "/", nil), of, id, src, readers, false)
	return w, err
}

// sees looks at a portrait, which has to be one: "picture", "placeholder" or
// "nothing".
func (h *hall) sees(a instance.Actor) string {
	h.T.Helper()
	return h.seen(h.look(instance.OfPortrait, instance.ID(a.ID)))
}

func (h *hall) seen(w *httptest.ResponseRecorder, err error) string {
	h.T.Helper()
	switch {
	case errors.Is(err, instance.ErrNotFound):
		return "nothing"
	case err != nil:
		h.T.Fatal(err)
	}
	header := w.Header()
	if !strings.HasPrefix(header.Get("Content-Type"), "image/") || header.Get("X-Content-Type-Options") != "nosniff" ||
		header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		h.T.Errorf("served as %v", header)
	}
	if header.Get("Cache-Control") == "no-store" {
		return "placeholder"
	}
	return "picture"
}

// files is how many files are kept.
func (h *hall) files() int {
	h.T.Helper()
	var n int
	err := h.DB.Read().QueryRow(h.T.Context(), `SELECT COUNT(*) FROM remote_pictures WHERE file <> ''`).Scan(&n)
	if err != nil {
		h.T.Fatal(err)
	}
	return n
}

func drawing(t testing.TB, width, height int) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		picture.SetNRGBA(i%width, i/width, color.NRGBA{R: uint8(i), G: uint8(i * 7), B: uint8(i * 13), A: 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func each(t *testing.T, test func(t *testing.T, h *hall)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, newHall(t, db, nil)) })
}

func TestAPictureIsFetchedWhenItIsFirstLookedAt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		if n := h.times(portrait); n != 0 {
			t.Fatalf("asked for %d times before anybody looked", n)
		}
		for range 3 {
			if got := h.sees(h.lena); got != "picture" {
				t.Errorf("got %s", got)
			}
		}
		if n := h.times(portrait); n != 1 {
			t.Errorf("asked for %d times", n)
		}
	})
}

func TestWhoLooksFirstWaitsAMomentAtMost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db, func(o *remote.Options) { o.Patience = time.Millisecond })
		hold := make(chan struct{})
		h.set(func() { h.hold = hold })
		if got := h.sees(h.lena); got != "placeholder" {
			t.Fatalf("the first sees %s", got)
		}
		close(hold)
		if err := h.cache.Idle(t.Context()); err != nil { // the fetch goes on by itself
			t.Fatal(err)
		}
		if got := h.sees(h.lena); got != "picture" {
			t.Errorf("the next sees %s", got)
		}
		if n := h.times(portrait); n != 1 {
			t.Errorf("asked for %d times", n)
		}
	})
}

func TestE09_ManyWhoLookAreOneFetch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		hold := make(chan struct{})
		h.set(func() { h.hold = hold })
		var looks sync.WaitGroup
		seen := make(chan string, 20)
		for range cap(seen) {
			looks.Go(func() { seen <- h.sees(h.lena) })
		}
		<-h.began
		close(hold)
		looks.Wait()
		close(seen)
		for got := range seen {
			if got != "picture" {
				t.Errorf("got %s", got)
			}
		}
		if n := h.times(portrait); n != 1 {
			t.Errorf("asked for %d times", n)
		}
	})
}

func TestE09_WhatCannotBeHadIsNotAskedForAgainAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*elsewhere)
		wait   time.Duration // until it is asked for again
	}{
		"no answer":           {func(e *elsewhere) { e.broken = instance.ErrUnreachable }, 6 * time.Minute},
		"nothing there":       {func(e *elsewhere) { e.broken = instance.ErrNotFound }, 25 * time.Hour},
		"no picture":          {func(e *elsewhere) { e.content[portrait] = []byte("<html>") }, 25 * time.Hour},
		"what breaks us":      {func(e *elsewhere) { e.breaks = true }, 25 * time.Hour},
		"F06 a polyglot page": {func(e *elsewhere) { e.content[portrait] = []byte("GIF89a/*<script>alert(1)</script>*/=1;") }, 25 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, h *hall) {
				h.set(func() { tt.change(h.elsewhere) })
				for range 3 {
					if got := h.sees(h.lena); got != "placeholder" {
						t.Errorf("got %s", got)
					}
				}
				if n := h.times(portrait); n != 1 {
					t.Errorf("asked for %d times", n)
				}
				h.Clock.Advance(tt.wait)
				h.set(func() {
					h.broken, h.breaks = nil, false
					h.content[portrait] = drawing(t, 20, 20)
				})
				if got := h.sees(h.lena); got != "picture" {
					t.Errorf("later: %s", got)
				}
			})
		})
	}
}

func TestSizesAreThoseOfWhatIsShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		const at = "https://media.loin.example/1.png"
		h.content[at] = drawing(t, 3000, 1500)
		post, id := h.says(instance.ToPublic, instance.Picture{RemoteURL: at, Type: "image/png", Width: 7, Height: 9, Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj"})
		if got := h.seen(h.look(instance.OfAttachment, id)); got != "picture" {
			t.Fatalf("got %s", got)
		}
		p, err := h.Posts.ByID(t.Context(), instance.Anyone, post.ID)
		if err != nil {
			t.Fatal(err)
		}
		if m := p.Pictures[0]; m.Width != 2048 || m.Height != 1024 || m.Blurhash == "" || m.Blurhash == "LEHV6nWB2yk8pyo0adR*.7kCMdnj" {
			t.Errorf("got %d × %d, %q", m.Width, m.Height, m.Blurhash)
		}
	})
}

// What is gone, was taken out or was never there has no picture, and one that
// not everyone may see is kept by no cache.
func TestF09_PicturesGoWithTheirPosts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		const at = "https://media.loin.example/1.png"
		h.content[at] = drawing(t, 30, 20)
		post, id := h.says(instance.ToFollowers, instance.Picture{RemoteURL: at, Type: "image/png"})
		src, err := h.cache.Find(t.Context(), instance.OfAttachment, id)
		if err != nil || src.Open || src.Post != post.ID {
			t.Fatalf("found %+v, %v", src, err)
		}
		w, err := h.look(instance.OfAttachment, id)
		if err != nil || w.Header().Get("Cache-Control") != "private, no-store" {
			t.Errorf("for followers: %v, %v", w.Header(), err)
		}
		if n := h.files(); n != 1 {
			t.Fatalf("%d files", n)
		}
		if err := h.DB.InTx(t.Context(), func(tx store.Tx) error { return h.Posts.DeleteIn(t.Context(), tx, post, instance.Origin{}) }); err != nil {
			t.Fatal(err)
		}
		if got := h.seen(h.look(instance.OfAttachment, id)); got != "nothing" {
			t.Errorf("deleted: %s", got)
		}
		if err := h.cache.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.files(); n != 0 {
			t.Errorf("%d files are left", n)
		}
		for _, of := range []instance.PictureOf{instance.OfPortrait, instance.OfHeader, instance.OfAttachment, instance.OfCard, "anything"} {
			if got := h.seen(h.look(of, 42)); got != "nothing" {
				t.Errorf("%s of nobody: %s", of, got)
			}
		}
	})
}

func TestBudgetAndExpiry(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHall(t, db, func(o *remote.Options) { o.Budget = 40_000 })
		var people []instance.Actor
		for i := range 12 {
			at := fmt.Sprintf("https://media.loin.example/%d.png", i)
			h.content[at] = drawing(t, 100+i, 50)
			people = append(people, h.somebody(fmt.Sprintf("p%d", i), at))
			if got := h.sees(people[i]); got != "picture" {
				t.Fatalf("%d: %s", i, got)
			}
			h.Clock.Advance(25 * time.Hour)
			h.sees(people[0]) // looked at every day
		}
		var sum int64
		if err := db.Read().QueryRow(t.Context(), `SELECT SUM(bytes) FROM remote_pictures`).Scan(&sum); err != nil || sum > 40_000 || sum < 20_000 {
			t.Errorf("%d bytes are kept, %v", sum, err)
		}
		if h.times("https://media.loin.example/0.png") != 1 {
			t.Error("the one that is looked at every day went")
		}
		h.sees(people[1])
		if n := h.times("https://media.loin.example/1.png"); n != 2 {
			t.Errorf("the one nobody looked at was fetched %d times", n)
		}
		h.Clock.Advance(31 * 24 * time.Hour)
		if err := h.cache.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.files(); n != 0 {
			t.Errorf("%d are kept that nobody looked at for a month", n)
		}
	})
}

func TestI06_PicturesOfAServerAreThrownOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		const late = "https://media.loin.example/late.png"
		h.content[late] = drawing(t, 30, 20)
		mia := h.somebody("mia", late)
		h.sees(h.lena)
		h.Clock.Advance(time.Hour)
		since := h.Clock.Now()
		h.sees(mia)
		if n, err := h.cache.Purge(t.Context(), "elsewhere.example", time.Time{}, true); n != 0 || err != nil {
			t.Errorf("another domain: %d, %v", n, err)
		}
		// By the server of whoever shows it, though it lies on another.
		if n, err := h.cache.Purge(t.Context(), "loin.example", since, true); n != 1 || err != nil {
			t.Errorf("since an hour: %d, %v", n, err)
		}
		if a, b := h.sees(h.lena), h.sees(mia); a != "picture" || b != "nothing" {
			t.Errorf("after it: %s and %s", a, b)
		}
		h.Clock.Advance(60 * 24 * time.Hour)
		if err := h.cache.Tend(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := h.sees(mia); got != "nothing" || h.times(late) != 1 {
			t.Errorf("two months later: %s, asked for %d times", got, h.times(late))
		}
	})
}

func TestServersThatWereShutOutAreNeitherAskedNorShown(t *testing.T) {
	t.Parallel()
	for name, domain := range map[string]string{"who shows it": "loin.example", "where it lies": "media.loin.example"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, h *hall) {
				if got := h.sees(h.lena); got != "picture" {
					t.Fatalf("before: %s", got)
				}
				if err := h.Moderation.SetDomain(t.Context(), 0, moderation.DomainRule{Domain: domain, Severity: moderation.Suspended}); err != nil {
					t.Fatal(err)
				}
				if got := h.sees(h.lena); got != "nothing" {
					t.Errorf("after: %s", got)
				}
				if n, err := h.cache.Purge(t.Context(), domain, time.Time{}, false); n != 1 || err != nil {
					t.Errorf("purged %d, %v", n, err)
				}
				if got := h.sees(h.lena); got != "nothing" || h.times(portrait) != 1 {
					t.Errorf("purged: %s, asked for %d times", got, h.times(portrait))
				}
			})
		})
	}
}

// Somebody shuts a server out while its picture is on the way.
func TestWhatArrivesTooLateIsNotKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		hold := make(chan struct{})
		h.set(func() { h.hold = hold })
		looked := make(chan string)
		go func() { looked <- h.sees(h.lena) }()
		<-h.began
		if err := h.Moderation.SetDomain(t.Context(), 0, moderation.DomainRule{Domain: "loin.example", Severity: moderation.Suspended}); err != nil {
			t.Fatal(err)
		}
		close(hold)
		if got := <-looked; got != "placeholder" {
			t.Errorf("got %s", got)
		}
		if n := h.files(); n != 0 {
			t.Errorf("%d are kept", n)
		}
	})
}

func TestAFileThatWasLostIsFetchedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *hall) {
		h.sees(h.lena)
		var file, thumb string
		if err := h.DB.Read().QueryRow(t.Context(), `SELECT file, thumb FROM remote_pictures`).Scan(&file, &thumb); err != nil {
			t.Fatal(err)
		}
		if err := h.pictures.Delete(t.Context(), file, thumb); err != nil {
			t.Fatal(err)
		}
		first := h.sees(h.lena)
		if err := h.cache.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if next := h.sees(h.lena); first != "placeholder" || next != "picture" || h.times(portrait) != 2 {
			t.Errorf("saw %s, then %s, asked for %d times", first, next, h.times(portrait))
		}
	})
}

// A picture that is here: what most looks at a page are.
func BenchmarkServe(b *testing.B) {
	for _, engine := range storetest.Engines() {
		b.Run(string(engine), func(b *testing.B) {
			h := newHall(b, storetest.Open(b, engine), nil)
			if got := h.sees(h.lena); got != "picture" {
				b.Fatal(got)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := h.look(instance.OfPortrait, instance.ID(h.lena.ID)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
