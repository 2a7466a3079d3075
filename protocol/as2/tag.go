package as2

import "time"

// Tag is a mention, a hashtag or an emoji.
type Tag struct {
	ID      string
	Type    string // Mention, Hashtag, Emoji
	Href    string
	Name    string
	Icon    *Media // of an emoji
	Updated time.Time
	Extra
}

// ReadTag reads a tag. It returns [ErrNoType] if it names no type.
func ReadTag(o *Object) (Tag, error) {
	r := read(o)
	t := Tag{
		ID:      o.ID(),
		Type:    o.Type(),
		Href:    r.web("href"),
		Name:    r.line("name"),
		Icon:    r.picture("icon"),
		Updated: r.time("updated"),
	}
	if t.Type == "" {
		return Tag{}, ErrNoType
	}
	t.Extra = r.rest()
	return t, nil
}

func (t Tag) write(w *writer) {
	w.head(nil, t.ID, t.Type)
	w.text("href", t.Href)
	w.text("name", t.Name)
	embed(w, "icon", t.Icon)
	w.time("updated", t.Updated)
}

func (t Tag) again(o *Object) Encodable { return must(ReadTag(o)) }

func (r *reader) tags(name string) []Tag {
	var all []Tag
	for _, o := range r.objects(name) {
		if t, err := ReadTag(o); err == nil {
			all = append(all, t)
		}
	}
	return all
}
