package as2

import "math"

// Place is an area or a point with a name.
type Place struct {
	ID      string
	Type    string // Place, VirtualLocation
	Name    string
	Point   *Point // nil if not told
	Radius  float64
	Units   string // of Radius: m, km, cm, feet, inches, miles
	Address *PostalAddress
	URL     string
	Extra
}

// Point is where something is, in degrees (WGS 84).
type Point struct{ Latitude, Longitude float64 }

// PostalAddress is an address for the post. It never belongs into a document
// about where somebody lives.
type PostalAddress struct {
	Type, Street, PostalCode, Locality, Region, Country string
	Extra
}

// ReadPlace reads a Place. It returns [ErrNoType] if it names no type.
func ReadPlace(o *Object) (Place, error) {
	r := read(o)
	l := Place{
		ID:     o.ID(),
		Type:   o.Type(),
		Name:   r.line("name"),
		Point:  r.point(),
		Radius: r.float("radius"),
		Units:  r.line("units"),
		URL:    r.url("url"),
	}
	if l.Type == "" {
		return Place{}, ErrNoType
	}
	if l.Radius < 0 {
		l.Radius = 0
	}
	if a, ok := r.object("address"); ok {
		address := readAddress(a)
		l.Address = &address
	}
	l.Extra = r.rest()
	return l, nil
}

// point reads latitude and longitude, both or none.
func (r *reader) point() *Point {
	lat, ok1 := r.o.Float(r.use("latitude"))
	lon, ok2 := r.o.Float(r.use("longitude"))
	if !ok1 || !ok2 || math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return nil
	}
	return &Point{Latitude: lat, Longitude: lon}
}

func readAddress(o *Object) PostalAddress {
	r := read(o)
	a := PostalAddress{
		Type:       o.Type(),
		Street:     r.line("streetAddress"),
		PostalCode: r.line("postalCode"),
		Locality:   r.line("addressLocality"),
		Region:     r.line("addressRegion"),
		Country:    r.line("addressCountry"),
	}
	a.Extra = r.rest()
	return a
}

func (p Place) write(w *writer) {
	w.head(nil, p.ID, p.Type)
	w.text("name", p.Name)
	if p.Point != nil {
		w.float("latitude", p.Point.Latitude)
		w.float("longitude", p.Point.Longitude)
	}
	if p.Radius > 0 {
		w.float("radius", p.Radius)
	}
	w.text("units", p.Units)
	embed(w, "address", p.Address)
	w.text("url", p.URL)
}

func (p Place) again(o *Object) Encodable { return must(ReadPlace(o)) }

func (a PostalAddress) write(w *writer) {
	w.head(nil, "", a.Type)
	w.text("streetAddress", a.Street)
	w.text("postalCode", a.PostalCode)
	w.text("addressLocality", a.Locality)
	w.text("addressRegion", a.Region)
	w.text("addressCountry", a.Country)
}

func (a PostalAddress) again(o *Object) Encodable { return readAddress(o) }

// location reads the first Place of a property.
func (r *reader) location(name string) *Place {
	for _, o := range r.objects(name) {
		if l, err := ReadPlace(o); err == nil {
			return &l
		}
	}
	return nil
}
