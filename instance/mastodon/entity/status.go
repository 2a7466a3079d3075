package entity

// Status is a post as somebody sees it.
type Status struct {
	ID                 ID                `json:"id"`
	CreatedAt          Time              `json:"created_at"`
	InReplyToID        *ID               `json:"in_reply_to_id"`
	InReplyToAccountID *ID               `json:"in_reply_to_account_id"`
	Sensitive          bool              `json:"sensitive"`
	SpoilerText        string            `json:"spoiler_text"`
	Visibility         string            `json:"visibility"`
	Language           *string           `json:"language"`
	URI                string            `json:"uri"`
	URL                string            `json:"url"`
	RepliesCount       int               `json:"replies_count"`
	ReblogsCount       int               `json:"reblogs_count"`
	FavouritesCount    int               `json:"favourites_count"`
	EditedAt           Time              `json:"edited_at"`
	Content            string            `json:"content"`
	Text               *string           `json:"text,omitempty"` // of a post that was just deleted
	Reblog             *Status           `json:"reblog"`
	Application        *StatusClient     `json:"application"`
	Account            *Account          `json:"account"`
	MediaAttachments   []MediaAttachment `json:"media_attachments"`
	Mentions           []Mention         `json:"mentions"`
	Tags               []StatusTag       `json:"tags"`
	Emojis             []Emoji           `json:"emojis"`
	Card               *Card             `json:"card"`
	Poll               *Poll             `json:"poll"`

	// What the viewer did, absent where there is none.
	*Bonds
}

// Bonds are how the viewer stands to a post.
type Bonds struct {
	Favourited bool           `json:"favourited"`
	Reblogged  bool           `json:"reblogged"`
	Muted      bool           `json:"muted"`
	Bookmarked bool           `json:"bookmarked"`
	Pinned     *bool          `json:"pinned,omitempty"` // of one's own posts that can be
	Filtered   []FilterResult `json:"filtered"`
}

// FilterResult is why a post is folded for somebody.
type FilterResult struct {
	Filter         Filter   `json:"filter"`
	KeywordMatches []string `json:"keyword_matches"`
	StatusMatches  []string `json:"status_matches"`
}

// Filter is what somebody does not want to see.
type Filter struct {
	ID           ID              `json:"id"`
	Title        string          `json:"title"`
	Context      []string        `json:"context"`
	ExpiresAt    Time            `json:"expires_at"`
	FilterAction string          `json:"filter_action"`
	Keywords     []FilterKeyword `json:"keywords,omitzero"` // not where a result names the filter
	Statuses     []FilterStatus  `json:"statuses,omitzero"`
}

// FilterKeyword is a word of a filter.
type FilterKeyword struct {
	ID        ID     `json:"id"`
	Keyword   string `json:"keyword"`
	WholeWord bool   `json:"whole_word"`
}

// FilterStatus is a post of a filter.
type FilterStatus struct {
	ID       ID `json:"id"`
	StatusID ID `json:"status_id"`
}

// StatusClient is the program a post was written with.
type StatusClient struct {
	Name    string  `json:"name"`
	Website *string `json:"website"`
}

// Mention is somebody a post names.
type Mention struct {
	ID       ID     `json:"id"`
	Username string `json:"username"`
	Acct     string `json:"acct"`
	URL      string `json:"url"`
}

// StatusTag is a hashtag in a post.
type StatusTag struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// MediaAttachment is a picture of a post.
type MediaAttachment struct {
	ID          ID        `json:"id"`
	Type        string    `json:"type"` // image, gifv, video, audio, unknown
	URL         *string   `json:"url"`
	PreviewURL  *string   `json:"preview_url"`
	RemoteURL   *string   `json:"remote_url"`
	TextURL     *string   `json:"text_url"`
	Meta        MediaMeta `json:"meta"`
	Description *string   `json:"description"`
	Blurhash    *string   `json:"blurhash"`
}

// MediaMeta is how large a picture is.
type MediaMeta struct {
	Original *MediaSize  `json:"original,omitempty"`
	Small    *MediaSize  `json:"small,omitempty"`
	Focus    *MediaFocus `json:"focus,omitempty"`
}

// MediaSize is the size of one rendering of a picture, in pixels.
type MediaSize struct {
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Size   string  `json:"size"`
	Aspect float64 `json:"aspect"`
}

// MediaFocus is what a picture is about, from -1 to 1 each way.
type MediaFocus struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Card is what is behind a link.
type Card struct {
	URL          string  `json:"url"`
	Title        string  `json:"title"`
	Description  string  `json:"description"`
	Type         string  `json:"type"`
	AuthorName   string  `json:"author_name"`
	AuthorURL    string  `json:"author_url"`
	ProviderName string  `json:"provider_name"`
	ProviderURL  string  `json:"provider_url"`
	HTML         string  `json:"html"`
	Width        int     `json:"width"`
	Height       int     `json:"height"`
	Image        *string `json:"image"`
	EmbedURL     string  `json:"embed_url"`
	Blurhash     *string `json:"blurhash"`
	Language     *string `json:"language"`
	PublishedAt  Time    `json:"published_at"`
}

// Poll is a question with answers to choose from.
type Poll struct {
	ID          ID           `json:"id"`
	ExpiresAt   Time         `json:"expires_at"`
	Expired     bool         `json:"expired"`
	Multiple    bool         `json:"multiple"`
	VotesCount  int          `json:"votes_count"`
	VotersCount *int         `json:"voters_count"`
	Options     []PollOption `json:"options"`
	Emojis      []Emoji      `json:"emojis"`
	Voted       *bool        `json:"voted,omitempty"`
	OwnVotes    *[]int       `json:"own_votes,omitempty"`
}

// PollOption is one answer of a poll; how many chose it is null while hidden.
type PollOption struct {
	Title      string `json:"title"`
	VotesCount *int   `json:"votes_count"`
}

// Context is the thread around a post.
type Context struct {
	Ancestors   []Status `json:"ancestors"`
	Descendants []Status `json:"descendants"`
}

// StatusSource is a post as it was typed.
type StatusSource struct {
	ID          ID     `json:"id"`
	Text        string `json:"text"`
	SpoilerText string `json:"spoiler_text"`
}

// StatusEdit is how a post stood after one of its edits.
type StatusEdit struct {
	Content          string            `json:"content"`
	SpoilerText      string            `json:"spoiler_text"`
	Sensitive        bool              `json:"sensitive"`
	CreatedAt        Time              `json:"created_at"`
	Account          *Account          `json:"account"`
	MediaAttachments []MediaAttachment `json:"media_attachments"`
	Emojis           []Emoji           `json:"emojis"`
}
