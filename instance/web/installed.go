package web

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"
)

// getWorker answers with the script that browsers keep for when there is no
// connection. It lies at the root, so that it serves every page.
func (s *Server) getWorker(w http.ResponseWriter, _ *http.Request) error {
	return s.worker(w, "sw.js")
}

// worker answers with a script that a browser keeps.
func (s *Server) worker(w http.ResponseWriter, name string) error {
	body, kind := s.set.Assets().Plain(name)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // who asked may have gone
	return nil
}

// manifest is what a browser needs to put a site beside a device's programs
// (W3C Web Application Manifest).
type manifest struct {
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	ID         string         `json:"id"`
	Start      string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Lang       string         `json:"lang"`
	Dir        string         `json:"dir"`
	Theme      string         `json:"theme_color"`
	Background string         `json:"background_color"`
	Icons      []manifestIcon `json:"icons"`
	Shortcuts  []manifestLink `json:"shortcuts"`
}

type manifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type manifestLink struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// getManifest answers with what puts the server beside a device's programs, in
// the reader's language.
func (s *Server) getManifest(w http.ResponseWriter, r *http.Request) error {
	l := visitOf(r).language
	m := manifest{
		Name: s.Title, ShortName: s.Title, ID: "/", Start: "/home", Scope: "/", Display: "standalone", Lang: l.Tag, Dir: l.Dir,
		Theme: "#0F5E57", Background: "#FBF8F3",
		Icons: []manifestIcon{
			{Source: s.set.Assets().Path("mark.svg"), Sizes: "any", Type: "image/svg+xml", Purpose: "any"},
			{Source: "/icon-192.png", Sizes: "192x192", Type: "image/png", Purpose: "any maskable"},
			{Source: "/icon-512.png", Sizes: "512x512", Type: "image/png", Purpose: "any maskable"},
		},
		Shortcuts: []manifestLink{{l.Say("compose.title"), "/compose"}, {l.Say("digest.title"), "/digest"}},
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=3600")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // who asked may have gone
	return nil
}

// getIcon answers with the mark as a picture, for devices that take no drawing.
func (s *Server) getIcon(w http.ResponseWriter, r *http.Request) error {
	size, err := strconv.Atoi(chi.URLParam(r, "size"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, icon(size)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "public, max-age=604800")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(b.Bytes()) // who asked may have gone
	return nil
}

// stroke is a line of the mark, on its grid of 32.
type stroke struct {
	fromX, fromY, toX, toY float64
	of                     uint8
}

// icon draws the mark: three steps of a stair on a ground that fills the whole
// square, since devices cut it to a shape of their own. The steps keep to the
// circle in the middle that is never cut.
func icon(size int) *image.Paletted {
	palette := color.Palette{
		color.RGBA{0x0F, 0x5E, 0x57, 0xFF}, color.RGBA{0xF2, 0xC1, 0x4E, 0xFF}, color.RGBA{0xFB, 0xF8, 0xF3, 0xFF}, color.RGBA{0xF0, 0x90, 0x6F, 0xFF},
	}
	strokes := []stroke{{6, 25, 12, 25, 1}, {12, 25, 12, 19, 1}, {12, 19, 18, 19, 2}, {18, 19, 18, 13, 2}, {18, 13, 26, 13, 3}}
	const half, shrink = 2.0, 0.75
	picture := image.NewPaletted(image.Rect(0, 0, size, size), palette)
	for y := range size {
		for x := range size {
			gx := (float64(x)/float64(size)*32-16)/shrink + 16
			gy := (float64(y)/float64(size)*32-16)/shrink + 18
			for _, line := range strokes {
				dx := gx - min(max(gx, line.fromX), line.toX)
				dy := gy - min(max(gy, min(line.fromY, line.toY)), max(line.fromY, line.toY))
				if dx*dx+dy*dy <= half*half {
					picture.SetColorIndex(x, y, line.of)
				}
			}
		}
	}
	return picture
}
