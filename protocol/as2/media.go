package as2

// Media is a file: an attachment of a post, an icon or a banner. As an
// attachment it may also be a Link, which has an Href in place of a URL.
type Media struct {
	ID            string
	Type          string // Document, Image, Audio, Video, Link
	MediaType     string
	URL           string // http or https
	Href          string // of a Link
	Name          string // the alternative text
	Width, Height int    // pixels, 0 if not told
	Blurhash      string
	FocalPoint    []float64 // x and y from -1 to 1, nil if not told
	Duration      string    // xsd:duration
	Extra
}

// MaxDescription is the number of bytes of an alternative text that are read.
const MaxDescription = 16 << 10

// ReadMedia reads a file. It returns [ErrNoType] if it names no type.
func ReadMedia(o *Object) (Media, error) {
	m := readMedia(o)
	if m.Type == "" {
		return Media{}, ErrNoType
	}
	return m, nil
}

func readMedia(o *Object) Media {
	r := read(o)
	m := Media{
		ID:         o.ID(),
		Type:       o.Type(),
		MediaType:  r.line("mediaType"),
		URL:        o.pick(r.use("url"), "image/"),
		Href:       r.web("href"),
		Name:       cut(r.text("name"), MaxDescription),
		Width:      r.count("width"),
		Height:     r.count("height"),
		Blurhash:   r.line("blurhash"),
		FocalPoint: r.focus("focalPoint"),
		Duration:   r.line("duration"),
	}
	m.Extra = r.rest()
	return m
}

// focus reads two numbers from -1 to 1.
func (r *reader) focus(name string) []float64 {
	var at []float64
	for v := range r.o.get(r.use(name)).within {
		s, _ := v.number()
		f, ok := float(s)
		if !ok || f < -1 || f > 1 {
			return nil
		}
		at = append(at, f)
	}
	if len(at) != 2 {
		return nil
	}
	return at
}

func (m Media) write(w *writer) {
	w.head(nil, m.ID, m.Type)
	w.text("mediaType", m.MediaType)
	w.text("url", m.URL)
	w.text("href", m.Href)
	w.text("name", m.Name)
	w.count("width", m.Width)
	w.count("height", m.Height)
	w.text("blurhash", m.Blurhash)
	if len(m.FocalPoint) > 0 {
		w.put("focalPoint", func(b []byte) ([]byte, error) { return appendList(b, m.FocalPoint, appendFloat) })
	}
	w.text("duration", m.Duration)
}

func (m Media) again(o *Object) Encodable { return readMedia(o) }

// media reads every file of a property and passes over what is none.
func (r *reader) media(name string) []Media {
	var all []Media
	for _, o := range r.objects(name) {
		if m, err := ReadMedia(o); err == nil {
			all = append(all, m)
		}
	}
	return all
}

// picture reads the first file of a property that has an address. A bare
// address is one too, and so is a file that names no type.
func (r *reader) picture(name string) *Media {
	for v := range r.o.get(r.use(name)).each {
		if s, ok := v.text(); ok && webURL(s) {
			return &Media{Type: TypeImage, URL: s}
		}
		if o, ok := v.object(); ok {
			if m := readMedia(o); m.URL != "" {
				return &m
			}
		}
	}
	return nil
}
