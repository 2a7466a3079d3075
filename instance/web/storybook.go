package web

import (
	"html/template"
	"net/http"
	"strings"

	"palier/instance/web/pages"
	"palier/instance/web/stories"
)

// storyList is a table of contents, for those who build the pages.
var storyList = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Stories</title>
<link rel="stylesheet" href="{{.CSS}}"><body><main class="middle"><h1>Stories</h1>
<ul>{{range .Names}}<li><a href="/_stories/{{.}}">{{.}}</a> ·
<a href="/_stories/{{.}}?appearance=dark">dark</a> · <a href="/_stories/{{.}}?lang=en">en</a> · <a href="/_stories/{{.}}?lang=uk">uk</a> · <a href="/_stories/{{.}}?lang=ar">ar</a></li>{{end}}</ul>
</main></body></html>`))

// picture stands for what a neighbour photographed.
const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 420"><rect width="640" height="420" fill="#C9B79C"/><rect x="380" y="40" width="150" height="300" fill="#2F6B5E"/><circle cx="505" cy="200" r="7" fill="#F2C14E"/><path d="M0 340h640v80H0z" fill="#8C7A62"/><path d="M210 340c-20-70 0-130 40-140l-14-34 34 18h34l32-18-12 36c34 16 44 80 30 138z" fill="#23201E"/><circle cx="276" cy="206" r="6" fill="#F2C14E"/><circle cx="308" cy="206" r="6" fill="#F2C14E"/><path d="M240 244c30 16 66 16 100 0v10c-34 16-70 16-100 0z" fill="#A3152B"/></svg>`

// Storybook serves every page in every state it can be in under /_stories/,
// and what the pages refer to. lang, dir, appearance and text in the query
// change how a story is shown. It holds no one's data and is for building and
// testing; a server for neighbours does not mount it.
func Storybook(set *pages.Set) http.Handler {
	answer := NewPages(set)
	told := make(map[string]stories.Story)
	var names []string
	for _, s := range stories.All() {
		told[s.Name] = s
		names = append(names, s.Name)
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", set.Assets())
	mux.HandleFunc("GET /_stories/{$}", func(w http.ResponseWriter, _ *http.Request) {
		Secure(w.Header())
		_ = storyList.Execute(w, map[string]any{"CSS": set.Assets().Path("palier.css"), "Names": names})
	})
	mux.HandleFunc("GET /_stories/picture.svg", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(picture))
	})
	for path, stands := range map[string][2]string{"/sw.js": {"text/javascript", ""}, "/screen/sw.js": {"text/javascript", ""}, "/manifest.webmanifest": {"application/manifest+json", `{"name": "Stories", "start_url": "/_stories/"}`}} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", stands[0])
			w.Header().Set("Service-Worker-Allowed", "/")
			_, _ = w.Write([]byte(stands[1]))
		})
	}
	mux.HandleFunc("GET /_stories/live", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("retry: 3600000\n\nevent: post\ndata: 1\n\nevent: post\ndata: 2\n\n"))
	})
	mux.HandleFunc("GET /_stories/{page}/{state}", func(w http.ResponseWriter, r *http.Request) {
		story, ok := told[strings.TrimPrefix(r.URL.Path, "/_stories/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		q := r.URL.Query()
		f := stories.Frame()
		f.Language = set.Languages().Match(q.Get("lang"), "")
		f.Dir, f.Appearance, f.TextSize = q.Get("dir"), q.Get("appearance"), q.Get("text")
		p := story.Tell(f)
		if err := answer.HTML(w, r, http.StatusOK, p); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	return mux
}
