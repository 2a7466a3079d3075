package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"palier/instance"
)

// numbered are the tables whose ids this server makes one after the other.
var numbered = []string{"actors", "posts", "activities", "follows", "likes", "boosts", "notifications", "media", "reports", "deliveries", "inbox_items", "agreements"}

// aheadMatters is how far the newest id may be ahead of the clock before it is
// worth a word.
const aheadMatters = time.Minute

// goOnFrom makes ids go on from the greatest there is. If that is ahead of the
// clock, one of the two was wrong: ids keep their order, and the log tells.
func (a *App) goOnFrom(ctx context.Context) error {
	parts := make([]string, len(numbered))
	for i, table := range numbered {
		parts[i] = `SELECT COALESCE(MAX(id), 0) AS id FROM ` + table
	}
	var last instance.ID
	err := a.DB.Read().QueryRow(ctx, `SELECT MAX(id) FROM (`+strings.Join(parts, " UNION ALL ")+`) AS newest`).Scan(&last)
	if err != nil {
		return fmt.Errorf("find the newest id: %w", err)
	}
	a.ids.After(last)
	if ahead := last.Time().Sub(a.now()); ahead > aheadMatters {
		a.log.Warn("the clock is behind what was written here before", "by", ahead.Round(time.Second))
	}
	return nil
}
