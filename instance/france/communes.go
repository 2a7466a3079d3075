// Package france holds what this program knows of France without asking
// anybody: every commune with its population, postal codes, grouping and
// middle.
package france

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// The file is INSEE's official geographic code and legal populations as packaged
// by Etalab (decoupage-administratif 6.0.0), Licence Ouverte 2.0.
//
//go:embed communes.csv.gz
var communes []byte

// Commune is a commune of France or, with kind ARM, one of the arrondissements
// of Paris, Lyon and Marseille.
type Commune struct {
	Kind        string // COM or ARM
	Code        string // INSEE
	Name        string
	Departement string
	EPCI        string // SIREN of its grouping
	Population  int
	PostalCodes []string
	Longitude   float64 // of its middle; 0 with Latitude 0 where it is not known
	Latitude    float64
}

// Territory is the code by which other servers know the commune.
func (c Commune) Territory() string { return "FR:COG:" + c.Code }

// Communes returns them all in the order of their codes. The embedded file is read
// once for all that ask, who must not change what they get.
var Communes = sync.OnceValues(readCommunes)

func readCommunes() ([]Commune, error) {
	z, err := gzip.NewReader(bytes.NewReader(communes))
	if err != nil {
		return nil, fmt.Errorf("open communes: %w", err)
	}
	r := csv.NewReader(z)
	r.Comma, r.ReuseRecord = ';', true
	header, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("read communes: %w", err)
	}
	at := map[string]int{}
	for i, name := range header {
		at[name] = i
	}
	list := make([]Commune, 0, 36_000)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read communes: %w", err)
		}
		c, err := commune(record, at)
		if err != nil {
			return nil, fmt.Errorf("read commune %s: %w", record[0], err)
		}
		list = append(list, c)
	}
}

// ByCode returns the commune with an INSEE code. It returns false if there is
// none.
func ByCode(list []Commune, code string) (Commune, bool) {
	for _, c := range list {
		if c.Code == code {
			return c, true
		}
	}
	return Commune{}, false
}

func commune(record []string, at map[string]int) (Commune, error) {
	get := func(name string) string { return strings.Clone(record[at[name]]) }
	c := Commune{Kind: get("type"), Code: get("code"), Name: get("nom"), Departement: get("departement"), EPCI: get("epci")}
	var err error
	if s := get("population"); s != "" {
		if c.Population, err = strconv.Atoi(s); err != nil {
			return c, err
		}
	}
	if s := get("codes_postaux"); s != "" {
		c.PostalCodes = strings.Split(s, "|")
	}
	if s := get("lon"); s != "" {
		if c.Longitude, err = strconv.ParseFloat(s, 64); err != nil {
			return c, err
		}
		if c.Latitude, err = strconv.ParseFloat(get("lat"), 64); err != nil {
			return c, err
		}
	}
	return c, nil
}
