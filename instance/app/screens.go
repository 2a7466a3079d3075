package app

import (
	"context"
	"slices"
	"strings"

	"palier/instance"
	"palier/instance/screens"
	"palier/instance/timelines"
)

// screensSetting is the name of the secret behind the codes that screens show.
const screensSetting = "screens"

// openScreens lets devices hang in halls.
func (a *App) openScreens(ctx context.Context) error {
	key, err := a.DB.Secret(ctx, screensSetting)
	if err != nil {
		return err
	}
	a.Screens = screens.New(screens.Options{
		DB: a.DB, IDs: a.ids, Now: a.now, Zone: a.zone, Site: a.Site, Key: key, News: screenNews{a}, Sign: a.Federation.SignPublic,
	})
	return nil
}

// screenNews is what the rooms of an instance have for its screens.
type screenNews struct{ app *App }

// Public returns what everybody may read in a place and in what it lies within,
// the narrowest place first, events as they come.
func (n screenNews) Public(ctx context.Context, place instance.ActorID) (screens.PublicNews, error) {
	var news screens.PublicNews
	chain, err := n.app.Places.Chain(ctx, place)
	if err != nil {
		return news, err
	}
	known := map[instance.PostID]bool{}
	add := func(to *[]*instance.Post, posts ...*instance.Post) {
		for _, p := range posts {
			if !known[p.ID] {
				known[p.ID], *to = true, append(*to, p)
			}
		}
	}
	for _, in := range chain { // three or four
		d, err := n.app.Dashboard.Of(ctx, instance.Anyone, in.ID)
		if err != nil {
			return news, err
		}
		add(&news.Notices, d.Notices...)
		add(&news.Events, d.Week...)
		add(&news.Asks, d.Needs...)
		add(&news.Asks, d.Offers...)
	}
	slices.SortStableFunc(news.Events, func(a, b *instance.Post) int { return a.Event.Starts.Compare(b.Event.Starts) })
	return news, nil
}

// Tagged returns what everybody may read there under a hashtag, or under that of
// the campaign that runs there.
func (n screenNews) Tagged(ctx context.Context, place instance.ActorID, tag string) (screens.Tagged, error) {
	found := screens.Tagged{Tag: tag}
	chain, err := n.app.Places.Chain(ctx, place)
	if err != nil {
		return found, err
	}
	ids := make([]instance.ActorID, len(chain))
	for i, a := range chain {
		ids[i] = a.ID
	}
	if tag == "" {
		running, err := n.app.Campaigns.Running(ctx, ids...)
		if err != nil || len(running) == 0 {
			return found, err
		}
		found.Tag = strings.ToLower(running[0].Tag)
	}
	entries, _, err := n.app.Timelines.Tag(ctx, instance.Anyone, found.Tag, timelines.Narrow{}, timelines.Page{})
	if err != nil {
		return found, err
	}
	for _, e := range entries {
		if e.Post.Group != nil && slices.Contains(ids, e.Post.Group.ID) {
			found.Posts = append(found.Posts, e.Post)
		}
	}
	return found, nil
}

// Hall returns what the people of a house put up in their hall.
func (n screenNews) Hall(ctx context.Context, place instance.ActorID) (screens.HallNews, error) {
	h, err := n.app.Buildings.InHall(ctx, place)
	return screens.HallNews(h), err
}

// Weather returns what is warned of where a place lies, in a language.
func (n screenNews) Weather(ctx context.Context, place instance.ActorID, language string) ([]screens.Item, error) {
	warnings, err := n.app.Weather.At(ctx, place)
	if err != nil {
		return nil, err
	}
	var items []screens.Item
	for _, w := range warnings {
		items = append(items, screens.Item{
			Kind: "weather", Title: n.app.say(language, "weather."+w.Level.String(), "What", n.app.say(language, "weather.what."+w.Phenomenon)), Text: n.app.say(language, "weather.do."+w.Phenomenon),
			Language: language, By: w.Source, Starts: w.Starts.UTC(), Ends: w.Ends.UTC(),
		})
	}
	return items, nil
}
