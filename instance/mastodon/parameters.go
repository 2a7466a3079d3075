package mastodon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"palier/instance"
)

// Parameters are what a request asks, however it says it: in the query, as a
// form, as a form with files, or as JSON. Names are those of a form: media_ids[],
// poll[options][], fields_attributes[0][name].
type Parameters struct {
	values url.Values
	files  map[string][]*multipart.FileHeader
	form   *multipart.Form
}

// Bounds of what one request can ask.
const (
	maxBody       = 1 << 20
	maxUpload     = 64 << 20
	maxInMemory   = 1 << 20
	maxParameters = 1000
	maxNesting    = 8
)

var errTooMany = &instance.Invalid{Field: "parameters", Code: "too-many", Limit: maxParameters}

// readParameters reads query and body. It returns an [instance.Invalid] for a
// body that is none of the forms there are.
func readParameters(w http.ResponseWriter, r *http.Request) (Parameters, error) {
	p := Parameters{values: url.Values{}}
	if err := p.add(r.URL.RawQuery); err != nil {
		return p, err
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Body == nil || r.Body == http.NoBody {
		return p, nil
	}
	kind, options, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" {
		return p, malformed
	}
	most := int64(maxBody)
	if kind == "multipart/form-data" {
		most = maxUpload
	}
	body := http.MaxBytesReader(w, r.Body, most)
	switch kind {
	case "multipart/form-data":
		return p, p.addParts(body, options["boundary"])
	case "application/json":
		return p, p.addJSON(body)
	case "application/x-www-form-urlencoded", "":
		form, err := io.ReadAll(body)
		if err != nil {
			return p, err
		}
		return p, p.add(string(form))
	default:
		return p, errKind
	}
}

var malformed = &instance.Invalid{Field: "body", Code: "malformed"}

// errKind says that a body is of a kind nobody reads here.
var errKind = errors.New("unsupported media type")

func (p *Parameters) add(form string) error {
	if strings.Count(form, "&") >= maxParameters {
		return errTooMany
	}
	values, err := url.ParseQuery(form)
	if err != nil {
		return malformed
	}
	for name, list := range values {
		p.values[name] = append(p.values[name], list...)
	}
	return nil
}

func (p *Parameters) addParts(body io.Reader, boundary string) error {
	if boundary == "" {
		return malformed
	}
	form, err := multipart.NewReader(body, boundary).ReadForm(maxInMemory)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) || errors.Is(err, multipart.ErrMessageTooLarge) {
			return err
		}
		return malformed
	}
	p.form, p.files = form, form.File
	n := 0
	for name, list := range form.Value {
		if n += len(list); n > maxParameters {
			return errTooMany
		}
		p.values[name] = append(p.values[name], list...)
	}
	return nil
}

// discard drops files that came along.
func (p *Parameters) discard() {
	if p.form != nil {
		_ = p.form.RemoveAll() // what is left of it is temporary anyway
	}
}

func (p *Parameters) addJSON(body io.Reader) error {
	d := json.NewDecoder(body)
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil // an empty body asks nothing
		}
		return malformed
	}
	if d.More() {
		return malformed
	}
	left := maxParameters
	for name, v := range root {
		if err := p.flatten(name, v, 0, &left); err != nil {
			return err
		}
	}
	return nil
}

// flatten writes a JSON value as a form would.
func (p *Parameters) flatten(name string, v any, depth int, left *int) error {
	if depth > maxNesting {
		return malformed
	}
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if err := p.flatten(name+"["+key+"]", inner, depth+1, left); err != nil {
				return err
			}
		}
		return nil
	case []any:
		for i, inner := range v {
			in := name + "[]"
			if _, ok := inner.(map[string]any); ok {
				in = name + "[" + strconv.Itoa(i) + "]"
			}
			if err := p.flatten(in, inner, depth+1, left); err != nil {
				return err
			}
		}
		if len(v) == 0 {
			p.values[name+"[]"] = []string{}
		}
		return nil
	case nil:
		return nil
	}
	if *left--; *left < 0 {
		return errTooMany
	}
	p.values.Add(name, fmt.Sprint(v))
	return nil
}

// Has tells whether the request says anything about name.
func (p Parameters) Has(name string) bool {
	_, one := p.values[name]
	_, many := p.values[name+"[]"]
	return one || many
}

// Text returns what the request says about name, "" for nothing.
func (p Parameters) Text(name string) string { return p.values.Get(name) }

// Bool returns a yes or no, and whether the request says either.
func (p Parameters) Bool(name string) (yes, said bool) {
	if !p.Has(name) {
		return false, false
	}
	switch strings.ToLower(p.Text(name)) {
	case "true", "1", "on", "t", "yes":
		return true, true
	}
	return false, true
}

// Yes tells whether the request says yes to name.
func (p Parameters) Yes(name string) bool {
	yes, _ := p.Bool(name)
	return yes
}

// Number returns a whole number, or instead if the request says none.
func (p Parameters) Number(name string, instead int) int {
	n, err := strconv.Atoi(p.Text(name))
	if err != nil {
		return instead
	}
	return n
}

// ID returns an id, 0 if the request names none. What cannot be an id is
// [instance.ErrNotFound].
func (p Parameters) ID(name string) (instance.ID, error) {
	if p.Text(name) == "" {
		return 0, nil
	}
	return instance.ParseID(p.Text(name))
}

// Texts returns the list called name, given as name[], name[0], or once as
// name.
func (p Parameters) Texts(name string) []string {
	list := slices.Concat(p.values[name+"[]"], p.values[name])
	for i := 0; ; i++ {
		more, ok := p.values[name+"["+strconv.Itoa(i)+"]"]
		if !ok {
			return list
		}
		list = append(list, more...)
	}
}

// IDs returns the ids in the list called name, without what cannot be one.
func (p Parameters) IDs(name string) []instance.ID {
	var ids []instance.ID
	for _, text := range p.Texts(name) {
		if id, err := instance.ParseID(text); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Within returns what the request says inside of name: poll[options][] as
// options[].
func (p Parameters) Within(name string) Parameters {
	inner := Parameters{values: url.Values{}}
	for key, list := range p.values {
		rest, ok := strings.CutPrefix(key, name+"[")
		if !ok {
			continue
		}
		if first, more, ok := strings.Cut(rest, "]"); ok && first != "" {
			inner.values[first+more] = list
		}
	}
	return inner
}

// Each returns the things in a list of things: name[0][…], name[1][…], in
// order of their numbers, or name[][…], where each repeated key begins another.
func (p Parameters) Each(name string) []Parameters {
	numbered := map[int]Parameters{}
	unnumbered := map[string][]string{}
	longest := 0
	for key, list := range p.values {
		rest, ok := strings.CutPrefix(key, name+"[")
		if !ok {
			continue
		}
		number, inner, ok := strings.Cut(rest, "][")
		if !ok {
			continue
		}
		inner = strings.Replace(inner, "]", "", 1)
		if number == "" {
			unnumbered[inner] = list
			longest = max(longest, len(list))
			continue
		}
		if n, err := strconv.Atoi(number); err == nil {
			if numbered[n].values == nil {
				numbered[n] = Parameters{values: url.Values{}}
			}
			numbered[n].values[inner] = list
		}
	}
	var all []Parameters
	for i := range longest {
		one := url.Values{}
		for key, list := range unnumbered {
			if i < len(list) {
				one.Set(key, list[i])
			}
		}
		all = append(all, Parameters{values: one})
	}
	keys := make([]int, 0, len(numbered))
	for n := range numbered {
		keys = append(keys, n)
	}
	slices.Sort(keys)
	for _, n := range keys {
		all = append(all, numbered[n])
	}
	return all
}

// File returns the file called name, nil if there is none.
func (p Parameters) File(name string) *multipart.FileHeader {
	if list := p.files[name]; len(list) > 0 {
		return list[0]
	}
	return nil
}
