package address_test

import (
	"testing"

	"palier/protocol/address"
	"palier/protocol/as2"
)

func TestC09_WhoMayReadIsAskedPerReader(t *testing.T) {
	t.Parallel()
	const partner = "https://asso.example/g/hebergement/followers"
	viewers := map[string]address.Viewer{
		"author":            {ID: author},
		"blocked author":    {ID: author, Blocked: true},
		"stranger":          {},
		"somebody":          {ID: bo},
		"follower":          {ID: bo, Follows: true},
		"blocked follower":  {ID: bo, Follows: true, Blocked: true},
		"another there":     {ID: "https://slough.example/users/deb"},
		"named":             {ID: cem},
		"blocked named":     {ID: cem, Blocked: true},
		"same building":     {ID: "https://dinan.example/u/2", Circle: address.Building},
		"same quarter":      {ID: "https://dinan.example/u/3", Circle: address.Neighbourhood},
		"next quarter":      {ID: "https://dinan.example/u/4", Circle: address.Around},
		"blocked neighbour": {ID: "https://dinan.example/u/5", Circle: address.Building, Blocked: true},
		"odd circle":        {ID: "https://dinan.example/u/6", Circle: address.Public},
		"no session":        {Circle: address.Building, Follows: true, Member: []string{partner}},
		"member":            {ID: "https://asso.example/g/2", Member: []string{"", partner}},
	}
	always := []string{"author", "blocked author"}
	unblocked := []string{
		"author", "blocked author", "stranger", "somebody", "follower", "another there", "named", "same building", "same quarter", "next quarter",
		"odd circle", "no session", "member",
	}
	for name, c := range map[string]struct {
		post    address.Post
		readers []string
	}{
		"public":   {address.Post{Author: author, Audience: address.Public, Recipients: []string{followers}}, unblocked},
		"unlisted": {address.Post{Author: author, Audience: address.Unlisted}, unblocked},
		"followers": {
			address.Post{Author: author, Audience: address.Followers, Recipients: []string{followers, cem}}, append([]string{"follower", "named"}, always...),
		},
		"direct": {
			address.Post{Author: author, Audience: address.Direct, Recipients: []string{cem}}, append([]string{"named"}, always...),
		},
		"direct to nobody": {address.Post{Author: author, Audience: address.Direct}, always},
		"for partners": {
			address.Post{Author: author, Audience: address.Direct, Recipients: []string{partner}}, append([]string{"member"}, always...),
		},
		"building": {
			address.Post{Author: author, Audience: address.Building, Recipients: []string{cem, ""}}, append([]string{"same building"}, always...),
		},
		"neighbourhood": {
			address.Post{Author: author, Audience: address.Neighbourhood}, append([]string{"same building", "same quarter"}, always...),
		},
		"around": {
			address.Post{Author: author, Audience: address.Around}, append([]string{"same building", "same quarter", "next quarter"}, always...),
		},
		"nobody's":       {address.Post{Author: author, Recipients: []string{cem}}, always},
		"unknown":        {address.Post{Author: author, Audience: "galaxy", Recipients: []string{cem}}, always},
		"without author": {address.Post{Audience: address.Direct, Recipients: []string{""}}, nil},
		"to the public, but direct": {
			address.Post{Author: author, Audience: address.Direct, Recipients: []string{as2.Public}}, always,
		},
	} {
		may := make(map[string]bool)
		for _, r := range c.readers {
			may[r] = true
		}
		for who, v := range viewers {
			if got := address.MayRead(v, c.post); got != may[who] {
				t.Errorf("%s may read a post that is %s: %v, want %v", who, name, got, may[who])
			}
		}
	}
}
