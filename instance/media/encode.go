package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"github.com/bbrks/go-blurhash"
)

const (
	quality      = 82      // of JPEG; above it files grow faster than pictures improve
	fewColours   = 1024    // drawings have fewer, photographs more
	largestPNG   = 4 << 20 // bytes; beyond it transparency is not worth them
	blurSide     = 32      // pixels that a blurhash is made from
	blurDetail   = 4       // components along the longer side
	blurDetailed = 3       // and along the shorter
)

// encode writes a picture anew: drawings and what is transparent as PNG,
// photographs as JPEG. The extension tells which.
func encode(picture *image.RGBA, from format) (content []byte, extension string, err error) {
	opaque := picture.Opaque()
	if from != formatJPEG && (!opaque || hasFewColours(picture)) {
		var out bytes.Buffer
		if err := png.Encode(&out, picture); err != nil {
			return nil, "", fmt.Errorf("encode png: %w", err)
		}
		if opaque || out.Len() <= largestPNG {
			return out.Bytes(), "png", nil
		}
	}
	content, err = encodeJPEG(picture)
	return content, "jpg", err
}

// encodeJPEG writes a picture as JPEG, on white where it is transparent.
func encodeJPEG(picture *image.RGBA) ([]byte, error) {
	if !picture.Opaque() {
		white := image.NewRGBA(picture.Rect)
		draw.Draw(white, white.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
		draw.Draw(white, white.Rect, picture, picture.Rect.Min, draw.Over)
		picture = white
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode jpeg: %w", err)
	}
	return out.Bytes(), nil
}

// hasFewColours reports whether a picture is rather drawn than photographed.
func hasFewColours(picture *image.RGBA) bool {
	seen := make(map[[4]uint8]struct{}, fewColours)
	var last [4]uint8
	for i := 0; i < len(picture.Pix); i += 4 {
		c := [4]uint8(picture.Pix[i : i+4])
		if c == last {
			continue
		}
		last = c
		if seen[c] = struct{}{}; len(seen) > fewColours {
			return false
		}
	}
	return true
}

// blur returns the blurhash of a picture: a few characters from which a page
// paints something like it until it arrives.
func blur(picture *image.RGBA) (string, error) {
	across, down := blurDetail, blurDetailed
	if picture.Rect.Dy() > picture.Rect.Dx() {
		across, down = down, across
	}
	hash, err := blurhash.Encode(across, down, shrink(picture, blurSide))
	if err != nil {
		return "", fmt.Errorf("blurhash: %w", err)
	}
	return hash, nil
}
