package as2

// Link is a Link with its description.
type Link struct {
	Type      string // Link
	Href      string
	Rel       []string
	MediaType string
	Name      string
	Language  string // hreflang
	Extra
}

// ReadLink reads a Link. It returns [ErrNoID] if it leads nowhere.
func ReadLink(o *Object) (Link, error) {
	r := read(o)
	l := Link{
		Type:      o.Type(),
		Href:      r.web("href"),
		Rel:       o.Strings(r.use("rel")),
		MediaType: r.line("mediaType"),
		Name:      r.line("name"),
		Language:  r.line("hreflang"),
	}
	if l.Href == "" {
		return Link{}, ErrNoID
	}
	l.Extra = r.rest()
	return l, nil
}

func (l Link) write(w *writer) {
	w.head(nil, "", l.Type)
	w.text("href", l.Href)
	w.some("rel", l.Rel)
	w.text("mediaType", l.MediaType)
	w.text("name", l.Name)
	w.text("hreflang", l.Language)
}

func (l Link) again(o *Object) Encodable { return must(ReadLink(o)) }
