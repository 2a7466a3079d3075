package media_test

import (
	"bytes"
	"errors"
	"image"
	"testing"

	"palier/instance/media"
)

func TestPortraitsAndHeadersAreCut(t *testing.T) {
	t.Parallel()
	a := newAlbum(t, media.Options{})
	for _, tt := range []struct {
		situation     string
		width, height int
		portrait      image.Point
		header        image.Point
	}{
		{"a photograph", 1200, 900, image.Pt(400, 400), image.Pt(1200, 400)},
		{"an upright one", 900, 1200, image.Pt(400, 400), image.Pt(900, 300)},
		{"a large one", 4000, 3000, image.Pt(400, 400), image.Pt(1500, 500)},
		{"a strip", 900, 20, image.Pt(20, 20), image.Pt(60, 20)},
		{"one pixel", 1, 1, image.Pt(1, 1), image.Pt(1, 1)},
	} {
		content := asJPEG(t, photo(tt.width, tt.height))
		portrait, err := a.AddPortrait(t.Context(), bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		header, err := a.AddHeader(t.Context(), bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			kept media.Picture
			want image.Point
		}{"portrait": {portrait, tt.portrait}, "header": {header, tt.header}} {
			config, kind, err := image.DecodeConfig(bytes.NewReader(a.content(t, c.kept.File)))
			if err != nil || kind != "jpeg" || image.Pt(config.Width, config.Height) != c.want || image.Pt(c.kept.Width, c.kept.Height) != c.want || c.kept.Thumb != "" {
				t.Errorf("%s of %s: %s of %d × %d, %v", name, tt.situation, kind, config.Width, config.Height, err)
			}
		}
	}
	if _, err := a.AddPortrait(t.Context(), bytes.NewReader([]byte("<svg onload=alert(1)>"))); !errors.Is(err, media.ErrUnsupported) {
		t.Errorf("F06 a drawing that acts: %v", err)
	}
}
