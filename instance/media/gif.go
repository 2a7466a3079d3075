package media

import (
	"bytes"
	"errors"
	"image/gif"
)

var errGIF = errors.New("gif ends early or has an unknown block")

// countFrames walks the blocks of a GIF without decompressing any and returns
// how many pictures it holds and their pixels together. Decoders that are
// handed the whole file make room for each before they can be stopped.
// See the GIF89a specification, sections 18 to 26.
func countFrames(b []byte) (frames int, pixels int64, err error) {
	const header = 13
	if len(b) < header {
		return 0, 0, errGIF
	}
	at := header + paletteSize(b[10])
	for at < len(b) {
		switch b[at] {
		case 0x21: // an extension: label, then sub-blocks
			at = skipBlocks(b, at+2)
		case 0x2c: // a picture: position, size, flags, palette, code size, sub-blocks
			if at+10 > len(b) {
				return 0, 0, errGIF
			}
			width, height := int64(b[at+5])|int64(b[at+6])<<8, int64(b[at+7])|int64(b[at+8])<<8
			frames++
			pixels += width * height
			at = skipBlocks(b, at+10+paletteSize(b[at+9])+1)
		case 0x3b: // the end
			return frames, pixels, nil
		default:
			return 0, 0, errGIF
		}
	}
	return 0, 0, errGIF
}

// paletteSize returns the bytes of the colour table that flags announce.
func paletteSize(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// skipBlocks returns the place after the sub-blocks that begin at at.
func skipBlocks(b []byte, at int) int {
	for at < len(b) {
		size := int(b[at])
		at += 1 + size
		if size == 0 {
			return at
		}
	}
	return len(b)
}

// rewriteAnimation decodes an animation and writes it anew: pictures, times
// and the number of rounds, and nothing else.
func rewriteAnimation(b []byte) ([]byte, error) {
	animation, err := gif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		return nil, &Refusal{Reason: ErrBroken, Found: "gif", Cause: err}
	}
	const shortest = 2 // hundredths of a second; browsers slow down what is faster
	for i, delay := range animation.Delay {
		animation.Delay[i] = max(delay, shortest)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, animation); err != nil {
		return nil, &Refusal{Reason: ErrBroken, Found: "gif", Cause: err}
	}
	return out.Bytes(), nil
}
