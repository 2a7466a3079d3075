package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"palier/instance/web"
	"palier/instance/web/view"
)

func TestFlashIsToldOnce(t *testing.T) {
	t.Parallel()
	flashes := web.Flashes{Cookie: "said", Secure: true}
	want := view.Flash{Key: "post.published", Undo: "/@marie/107/delete", Sent: "compose"}
	w := httptest.NewRecorder()
	flashes.Set(w, want)
	set := w.Result().Cookies()
	if len(set) != 1 || !set[0].HttpOnly || !set[0].Secure || set[0].SameSite != http.SameSiteLaxMode {
		t.Fatalf("cookies %v", set)
	}

	r := httptest.NewRequest(http.MethodGet, "/home", nil)
	r.AddCookie(set[0])
	w = httptest.NewRecorder()
	if diff := cmp.Diff(&want, flashes.Take(w, r)); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if gone := w.Result().Cookies(); len(gone) != 1 || gone[0].MaxAge >= 0 {
		t.Errorf("it stays: %v", gone)
	}
}

// Whoever can write a cookie cannot make a page post anywhere else.
func TestFlashOfSomebodyElse(t *testing.T) {
	t.Parallel()
	flashes := web.Flashes{Cookie: "said"}
	for _, tt := range []struct {
		name   string
		values url.Values
		want   *view.Flash
	}{
		{"another host", url.Values{"key": {"saved"}, "undo": {"https://evil.example/@a/1/delete"}}, &view.Flash{Key: "saved"}},
		{"another host without a scheme", url.Values{"key": {"saved"}, "undo": {"//evil.example/@a/1/delete"}}, &view.Flash{Key: "saved"}},
		{"another deed", url.Values{"key": {"saved"}, "undo": {"/admin/people/1/disable"}}, &view.Flash{Key: "saved"}},
		{"a key that is markup", url.Values{"key": {"<script>"}}, nil},
		{"another draft", url.Values{"key": {"saved"}, "sent": {"x\"y"}}, &view.Flash{Key: "saved"}},
		{"nothing", url.Values{}, nil},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(&http.Cookie{Name: "said", Value: url.QueryEscape(tt.values.Encode())})
		if diff := cmp.Diff(tt.want, flashes.Take(httptest.NewRecorder(), r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Cookie", "said=%zz")
	if got := flashes.Take(httptest.NewRecorder(), r); got != nil {
		t.Errorf("a cookie that is not one is %v", got)
	}
}
