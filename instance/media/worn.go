package media

import (
	"context"
	"fmt"
	"image"
	"io"
)

// Sizes of what somebody shows of themself, in pixels.
const (
	portraitSide = 400
	headerSide   = 1500
	headerAspect = 3 // as wide as three times its height
)

// AddPortrait takes in a picture of somebody and keeps the middle of it, a
// square. Of an animation it keeps the first frame. Errors are those of
// [Pictures.Add].
func (p *Pictures) AddPortrait(ctx context.Context, r io.Reader) (Picture, error) {
	return p.addOne(ctx, r, 1, portraitSide)
}

// AddHeader is [Pictures.AddPortrait] for the wide picture above a profile.
func (p *Pictures) AddHeader(ctx context.Context, r io.Reader) (Picture, error) {
	return p.addOne(ctx, r, headerAspect, headerSide)
}

func (p *Pictures) addOne(ctx context.Context, r io.Reader, aspect, longSide int) (Picture, error) {
	b, err := p.read(r)
	if err != nil {
		return Picture{}, err
	}
	made, err := p.remakeOne(ctx, b, aspect, longSide)
	if err != nil {
		return Picture{}, err
	}
	if err := p.store.Put(ctx, made.File, made.file); err != nil {
		return Picture{}, fmt.Errorf("keep picture %s: %w", made.File, err)
	}
	return made.Picture, nil
}

func (p *Pictures) remakeOne(ctx context.Context, b []byte, aspect, longSide int) (remade, error) {
	m, err := measure(b, p.limits)
	if err != nil {
		return remade{}, err
	}
	if err := p.decoding.Acquire(ctx, m.pixels); err != nil {
		return remade{}, fmt.Errorf("wait to decode picture: %w", err)
	}
	defer p.decoding.Release(m.pixels)
	whole, err := decode(b, m, p.limits.LongSide)
	if err != nil {
		return remade{}, err
	}
	picture := shrink(whole.SubImage(middle(whole.Rect, aspect)), longSide)
	content, extension, err := encode(picture, m.format)
	if err != nil {
		return remade{}, err
	}
	return remade{file: content, Picture: Picture{
		File: newName(extension), Type: typeOf("." + extension), Width: picture.Rect.Dx(), Height: picture.Rect.Dy(), Bytes: int64(len(content)),
	}}, nil
}

// middle is the largest part around the middle of r that is aspect times as wide
// as it is high.
func middle(r image.Rectangle, aspect int) image.Rectangle {
	width, height := r.Dx(), r.Dy()
	if width > height*aspect {
		width = height * aspect
	} else {
		height = max(1, width/aspect)
	}
	at := r.Min.Add(image.Pt((r.Dx()-width)/2, (r.Dy()-height)/2))
	return image.Rectangle{Min: at, Max: at.Add(image.Pt(width, height))}
}
