package as2

// PublicKey is the RSA key of an actor as the security vocabulary writes it.
type PublicKey struct {
	ID    string
	Type  string // mostly empty; Key, CryptographicKey
	Owner string
	PEM   string // publicKeyPem
	Extra
}

// ReadPublicKey reads a key. It returns [ErrNoID] if it has no id and
// [ErrNotOne] if it does not name one owner or holds no key.
func ReadPublicKey(o *Object) (PublicKey, error) {
	r := read(o)
	k := PublicKey{ID: o.ID(), Type: o.Type(), Owner: r.iri("owner"), PEM: r.text("publicKeyPem")}
	switch {
	case k.ID == "":
		return PublicKey{}, ErrNoID
	case k.Owner == "" || k.PEM == "" || len(k.PEM) > maxKey:
		return PublicKey{}, ErrNotOne
	}
	k.Extra = r.rest()
	return k, nil
}

// maxKey is the number of characters of a key: RSA with 16,384 bits needs fewer.
const maxKey = 8 << 10

func (k PublicKey) write(w *writer) {
	w.head(nil, k.ID, k.Type)
	w.text("owner", k.Owner)
	w.text("publicKeyPem", k.PEM)
}

func (k PublicKey) again(o *Object) Encodable { return must(ReadPublicKey(o)) }

// Multikey is a key of an actor as [FEP-521a] writes it.
//
// [FEP-521a]: https://w3id.org/fep/521a
type Multikey struct {
	ID         string
	Type       string // Multikey
	Controller string
	Multibase  string // publicKeyMultibase
	Extra
}

// ReadMultikey reads a key. It returns [ErrWrongType] if it is no Multikey,
// [ErrNoID] if it has no id and [ErrNotOne] if it does not name one controller
// or holds no key.
func ReadMultikey(o *Object) (Multikey, error) {
	r := read(o)
	k := Multikey{ID: o.ID(), Type: TypeMultikey, Controller: r.iri("controller"), Multibase: r.line("publicKeyMultibase")}
	switch {
	case !o.Is(TypeMultikey):
		return Multikey{}, ErrWrongType
	case k.ID == "":
		return Multikey{}, ErrNoID
	case k.Controller == "" || k.Multibase == "":
		return Multikey{}, ErrNotOne
	}
	k.Extra = r.rest()
	return k, nil
}

func (k Multikey) write(w *writer) {
	w.head(nil, k.ID, k.Type)
	w.text("controller", k.Controller)
	w.text("publicKeyMultibase", k.Multibase)
}

func (k Multikey) again(o *Object) Encodable { return must(ReadMultikey(o)) }

// MaxKeys is how many keys of each kind are read from one actor.
const MaxKeys = 10

// publicKeys reads the keys of a property and passes over what is none.
func (r *reader) publicKeys(name string) []PublicKey {
	var all []PublicKey
	for _, o := range r.objects(name) {
		if k, err := ReadPublicKey(o); err == nil && len(all) < MaxKeys {
			all = append(all, k)
		}
	}
	return all
}

func (r *reader) multikeys(name string) []Multikey {
	var all []Multikey
	for _, o := range r.objects(name) {
		if k, err := ReadMultikey(o); err == nil && len(all) < MaxKeys {
			all = append(all, k)
		}
	}
	return all
}
