package mastodon

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
)

// Where the pictures of those are who have none: programs refuse an account
// without.
const (
	missingAvatar = "/avatars/original/missing.png"
	missingHeader = "/headers/original/missing.png"
)

var (
	paper   = color.RGBA{0xE9, 0xE3, 0xD8, 0xFF}
	primary = color.RGBA{0x0F, 0x5E, 0x57, 0xFF}
)

// missingPortrait draws a stair landing, the mark of the program.
func missingPortrait() image.Image {
	const step = 50
	m := image.NewRGBA(image.Rect(0, 0, 8*step, 8*step))
	draw.Draw(m, m.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	for _, r := range []image.Rectangle{
		image.Rect(1*step, 5*step, 3*step, 5*step+step/2),
		image.Rect(3*step-step/2, 4*step, 3*step, 5*step),
		image.Rect(3*step-step/2, 4*step-step/2, 5*step, 4*step),
		image.Rect(5*step-step/2, 3*step-step/2, 5*step, 4*step-step/2),
		image.Rect(5*step-step/2, 2*step, 7*step, 2*step+step/2),
	} {
		draw.Draw(m, r, image.NewUniform(primary), image.Point{}, draw.Src)
	}
	return m
}

func missingBanner() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 700, 335))
	draw.Draw(m, m.Bounds(), image.NewUniform(paper), image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, 315, 700, 335), image.NewUniform(primary), image.Point{}, draw.Src)
	return m
}

// drawn answers with a picture that is drawn once.
func drawn(picture func() image.Image) http.HandlerFunc {
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		panic(err) // of a picture of ours into memory
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "image/png")
		h.Set("Cache-Control", "public, max-age=604800")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write(b.Bytes())
	}
}
