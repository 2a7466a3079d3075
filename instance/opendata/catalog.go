package opendata

import (
	"encoding/json"
	"maps"
	"slices"
)

// Page is the address of the page on which the tables and their fields are told.
func (s *Service) Page() string { return s.Base + "/data" }

// URL is the address of a table in a format.
func (s *Service) URL(set *Set, format Format) string {
	return s.Page() + "/" + set.Name + "." + string(format)
}

// CatalogType is the media type of a catalogue.
const CatalogType = "application/ld+json"

// vocabularies are what the names in a catalogue stand for.
var vocabularies = map[string]any{
	"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "xsd": "http://www.w3.org/2001/XMLSchema#",
}

// authority is where the European Union names formats, themes and how often.
const authority = "http://publications.europa.eu/resource/authority/"

type node map[string]any

func link(to string) node { return node{"@id": to} }

// Text is something said in several languages, by their BCP 47 tags.
type Text map[string]string

func (t Text) literals() []node {
	list := []node{}
	for _, tag := range slices.Sorted(maps.Keys(t)) {
		list = append(list, node{"@language": tag, "@value": t[tag]})
	}
	return list
}

// Catalog writes the catalogue of all tables for portals that gather such: DCAT-AP
// 3 (https://www.w3.org/TR/vocab-dcat-3/) as JSON-LD that stands for itself. title
// is what the server calls itself; say gives the words for a key in each language.
func (s *Service) Catalog(title string, say func(key string) Text) ([]byte, error) {
	publisher := node{"@id": s.Base + "/", "@type": "foaf:Agent", "foaf:name": title, "foaf:homepage": link(s.Base + "/")}
	datasets := []node{}
	for _, set := range Sets {
		datasets = append(datasets, s.dataset(set, publisher, say))
	}
	return json.Marshal(node{
		"@context": vocabularies, "@id": s.Page() + "#catalog", "@type": "dcat:Catalog",
		"dct:title": say("open.title").literals(), "dct:description": say("open.text").literals(), "dct:publisher": publisher,
		"dct:license": link(s.Licence.URL()), "foaf:homepage": link(s.Page()), "dcat:dataset": datasets,
	})
}

func (s *Service) dataset(set *Set, publisher node, say func(key string) Text) node {
	files := []node{}
	for _, format := range set.Formats() {
		address := s.URL(set, format)
		files = append(files, node{
			"@id": address, "@type": "dcat:Distribution", "dcat:accessURL": link(address), "dcat:downloadURL": link(address),
			"dcat:mediaType": link("http://www.iana.org/assignments/media-types/" + format.MediaType()),
			"dct:format":     link(authority + "file-type/" + formats[format]), "dct:license": link(s.Licence.URL()),
		})
	}
	return node{
		"@id": s.Page() + "#" + set.Name, "@type": "dcat:Dataset", "dct:identifier": s.Page() + "#" + set.Name,
		"dct:title": say("open.set." + set.Name).literals(), "dct:description": say("open.set." + set.Name + ".text").literals(),
		"dct:publisher": publisher, "dcat:theme": link(authority + "data-theme/" + set.Theme), "dct:accessRights": link(authority + "access-right/PUBLIC"),
		"dct:accrualPeriodicity": link(authority + "frequency/UPDATE_CONT"), "dcat:landingPage": link(s.Page()), "dcat:distribution": files,
	}
}

// formats are what the European Union calls the formats.
var formats = map[Format]string{CSV: "CSV", JSON: "JSON", GeoJSON: "GEOJSON"}
