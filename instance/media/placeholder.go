package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/bbrks/go-blurhash"
)

// placeholderSide is how large a picture is painted from a blurhash; browsers
// stretch it.
const placeholderSide = 32

// Placeholder returns a PNG that stands for a picture until it is here: what its
// blurhash paints, or plain grey.
func Placeholder(hash string) ([]byte, error) {
	picture := image.NewNRGBA(image.Rect(0, 0, placeholderSide, placeholderSide))
	if !paint(picture, hash) {
		grey := color.NRGBA{R: 128, G: 128, B: 128, A: 64}
		for i := range placeholderSide * placeholderSide {
			picture.SetNRGBA(i%placeholderSide, i/placeholderSide, grey)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("encode placeholder: %w", err)
	}
	return out.Bytes(), nil
}

// blurhashLength is that of the shortest and the longest blurhash.
const (
	shortestBlurhash = 4 + 2*1*1
	longestBlurhash  = 4 + 2*9*9
)

// paint paints a blurhash that others may have made; what is none paints
// nothing.
func paint(picture *image.NRGBA, hash string) bool {
	if len(hash) < shortestBlurhash || len(hash) > longestBlurhash {
		return false
	}
	for i := range len(hash) {
		if hash[i] >= 0x80 {
			return false
		}
	}
	return blurhash.DecodeDraw(picture, hash, 1) == nil
}
