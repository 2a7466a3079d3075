package posts

import (
	"context"
	"strings"

	"palier/instance"
	"palier/instance/store"
)

// addCampaigns loads what the posts are to campaigns.
func addCampaigns(ctx context.Context, tx store.Tx, byID map[instance.PostID]*instance.Post, ids []instance.PostID) error {
	rows, err := tx.Query(ctx, `
		SELECT l.post_id, l.campaign_id, c.name, c.tag, l.side, l.discreet, l.rules
		  FROM campaign_posts l JOIN campaigns c ON c.id = l.campaign_id
		 WHERE l.post_id IN (`+store.Placeholders(1, len(ids))+`)`, idArgs(ids)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id instance.PostID
		var part instance.CampaignPart
		var side string
		if err := rows.Scan(&id, &part.Campaign, &part.Name, &part.Tag, &side, &part.Discreet, &part.Rules); err != nil {
			return err
		}
		part.Side = instance.Side(side)
		byID[id].Campaign = &part
	}
	return rows.Err()
}

// withCampaign is the text of a post with what its campaign puts under it: the
// rules, so that they are kept however often the text is edited, and the hashtag,
// by which readers elsewhere find what belongs together. What is discreet names
// no campaign.
func withCampaign(text string, part *instance.CampaignPart) string {
	if part == nil {
		return text
	}
	parts := []string{strings.TrimSpace(text)}
	if part.Rules != "" {
		parts = append(parts, part.Rules)
	}
	if part.Tag != "" && !part.Discreet {
		parts = append(parts, "#"+part.Tag)
	}
	return strings.TrimSpace(strings.Join(parts, "\n\n"))
}
