package entity

// ScheduledStatus is a post that is to be published later.
type ScheduledStatus struct {
	ID               ID                `json:"id"`
	ScheduledAt      Time              `json:"scheduled_at"`
	Params           ScheduledParams   `json:"params"`
	MediaAttachments []MediaAttachment `json:"media_attachments"`
}

// ScheduledParams are what such a post was asked for with.
type ScheduledParams struct {
	Text        string         `json:"text"`
	Poll        *ScheduledPoll `json:"poll"`
	MediaIDs    []ID           `json:"media_ids"`
	Sensitive   bool           `json:"sensitive"`
	SpoilerText *string        `json:"spoiler_text"`
	Visibility  string         `json:"visibility"`
	InReplyToID *ID            `json:"in_reply_to_id"`
	Language    *string        `json:"language"`
}

// ScheduledPoll is a poll to come.
type ScheduledPoll struct {
	Options    []string `json:"options"`
	ExpiresIn  int      `json:"expires_in"` // seconds from when it is published
	Multiple   bool     `json:"multiple"`
	HideTotals bool     `json:"hide_totals"`
}
