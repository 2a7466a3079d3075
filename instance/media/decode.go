package media

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

// measured is a picture whose header was read and found within the limits.
type measured struct {
	format format
	pixels int64 // that decoding will hold in memory
	frames int   // more than one only for an animation
}

// measure reads what b says about itself, without decoding any pixel, and
// holds it against the limits.
func measure(b []byte, limits Options) (measured, error) {
	f, err := sniff(b)
	if err != nil {
		return measured{}, err
	}
	config, err := readHeader(f, b)
	if err != nil {
		return measured{}, &Refusal{Reason: ErrBroken, Found: string(f), Cause: err}
	}
	m := measured{format: f, pixels: int64(config.Width) * int64(config.Height), frames: 1}
	switch {
	case config.Width <= 0 || config.Height <= 0:
		return measured{}, &Refusal{Reason: ErrBroken, Found: string(f)}
	case m.pixels > limits.MaxPixels:
		return measured{}, &Refusal{Reason: ErrTooManyPixels, Found: string(f), Limit: limits.MaxPixels}
	}
	if f == formatGIF {
		return measureAnimation(b, m, limits)
	}
	return m, nil
}

// measureAnimation counts the frames and pixels of a GIF. A frame may claim
// more than the whole picture does.
func measureAnimation(b []byte, m measured, limits Options) (measured, error) {
	frames, pixels, err := countFrames(b)
	most := limits.MaxPixels
	if frames > 1 {
		most = limits.MaxAnimation
	}
	switch {
	case err != nil:
		return measured{}, &Refusal{Reason: ErrBroken, Found: "gif", Cause: err}
	case frames > limits.MaxFrames:
		return measured{}, &Refusal{Reason: ErrTooManyFrames, Found: "gif", Limit: int64(limits.MaxFrames)}
	case pixels > most:
		return measured{}, &Refusal{Reason: ErrTooManyPixels, Found: "gif", Limit: most}
	}
	m.frames = frames
	m.pixels = max(m.pixels, pixels)
	return m, nil
}

// readHeader and readPixels call the decoders by name and not through
// [image.RegisterFormat], whose list any imported package extends.
func readHeader(f format, b []byte) (image.Config, error) {
	r := bytes.NewReader(b)
	switch f {
	case formatJPEG:
		return jpeg.DecodeConfig(r)
	case formatPNG:
		return png.DecodeConfig(r)
	case formatGIF:
		return gif.DecodeConfig(r)
	case formatWebP:
		return webp.DecodeConfig(r)
	}
	return image.Config{}, ErrUnsupported
}

func readPixels(f format, b []byte) (image.Image, error) {
	r := bytes.NewReader(b)
	switch f {
	case formatJPEG:
		return jpeg.Decode(r)
	case formatPNG:
		return png.Decode(r)
	case formatGIF:
		return gif.Decode(r)
	case formatWebP:
		return webp.Decode(r)
	}
	return nil, ErrUnsupported
}

// decode returns the picture, or the first of an animation, no larger than
// longSide and upright.
func decode(b []byte, m measured, longSide int) (*image.RGBA, error) {
	source, err := readPixels(m.format, b)
	if err != nil {
		return nil, &Refusal{Reason: ErrBroken, Found: string(m.format), Cause: err}
	}
	bounds := source.Bounds()
	if bounds.Empty() || int64(bounds.Dx())*int64(bounds.Dy()) > m.pixels {
		return nil, &Refusal{Reason: ErrBroken, Found: string(m.format)}
	}
	return upright(shrink(source, longSide), orientation(b, m.format)), nil
}
