package entity

// Instance is what a server says of itself (v2).
type Instance struct {
	Domain        string                `json:"domain"`
	Title         string                `json:"title"`
	Version       string                `json:"version"`
	SourceURL     string                `json:"source_url"`
	Description   string                `json:"description"`
	Usage         InstanceUsage         `json:"usage"`
	Thumbnail     InstanceThumbnail     `json:"thumbnail"`
	Icon          []InstanceIcon        `json:"icon"`
	Languages     []string              `json:"languages"`
	Configuration InstanceConfiguration `json:"configuration"`
	Registrations InstanceRegistrations `json:"registrations"`
	APIVersions   map[string]int        `json:"api_versions"`
	Contact       InstanceContact       `json:"contact"`
	Rules         []Rule                `json:"rules"`
}

// InstanceUsage is how many came by in a month.
type InstanceUsage struct {
	Users struct {
		ActiveMonth int `json:"active_month"`
	} `json:"users"`
}

// InstanceThumbnail is the picture of a server.
type InstanceThumbnail struct {
	URL      string            `json:"url"`
	Blurhash *string           `json:"blurhash"`
	Versions map[string]string `json:"versions"`
}

// InstanceIcon is the icon of a server in one size.
type InstanceIcon struct {
	Src  string `json:"src"`
	Size string `json:"size"`
}

// InstanceConfiguration is what can be written here.
type InstanceConfiguration struct {
	URLs struct {
		Streaming string  `json:"streaming"`
		Status    *string `json:"status"`
	} `json:"urls"`
	VAPID struct {
		PublicKey string `json:"public_key"`
	} `json:"vapid"`
	Accounts struct {
		MaxFeaturedTags   int `json:"max_featured_tags"`
		MaxPinnedStatuses int `json:"max_pinned_statuses"`
		MaxProfileFields  int `json:"max_profile_fields"`
	} `json:"accounts"`
	Statuses struct {
		MaxCharacters            int `json:"max_characters"`
		MaxMediaAttachments      int `json:"max_media_attachments"`
		CharactersReservedPerURL int `json:"characters_reserved_per_url"`
	} `json:"statuses"`
	MediaAttachments struct {
		DescriptionLimit    int      `json:"description_limit"`
		ImageMatrixLimit    int64    `json:"image_matrix_limit"`
		ImageSizeLimit      int64    `json:"image_size_limit"`
		SupportedMIMETypes  []string `json:"supported_mime_types"`
		VideoFrameRateLimit int      `json:"video_frame_rate_limit"`
		VideoMatrixLimit    int64    `json:"video_matrix_limit"`
		VideoSizeLimit      int64    `json:"video_size_limit"`
	} `json:"media_attachments"`
	Polls struct {
		MaxOptions             int `json:"max_options"`
		MaxCharactersPerOption int `json:"max_characters_per_option"`
		MinExpiration          int `json:"min_expiration"`
		MaxExpiration          int `json:"max_expiration"`
	} `json:"polls"`
	Translation struct {
		Enabled bool `json:"enabled"`
	} `json:"translation"`
}

// InstanceRegistrations tells whether one can join from a program.
type InstanceRegistrations struct {
	Enabled          bool    `json:"enabled"`
	ApprovalRequired bool    `json:"approval_required"`
	Message          *string `json:"message"`
	URL              *string `json:"url"`
}

// InstanceContact is whom to write to.
type InstanceContact struct {
	Email   string   `json:"email"`
	Account *Account `json:"account"`
}

// Rule is a rule of a server.
type Rule struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Hint string `json:"hint"`
}

// InstanceV1 is what a server says of itself to older programs.
type InstanceV1 struct {
	URI              string                `json:"uri"`
	Title            string                `json:"title"`
	ShortDescription string                `json:"short_description"`
	Description      string                `json:"description"`
	Email            string                `json:"email"`
	Version          string                `json:"version"`
	URLs             map[string]string     `json:"urls"`
	Stats            InstanceStats         `json:"stats"`
	Thumbnail        string                `json:"thumbnail"`
	Languages        []string              `json:"languages"`
	Registrations    bool                  `json:"registrations"`
	ApprovalRequired bool                  `json:"approval_required"`
	InvitesEnabled   bool                  `json:"invites_enabled"`
	Configuration    InstanceConfiguration `json:"configuration"`
	ContactAccount   *Account              `json:"contact_account"`
	Rules            []Rule                `json:"rules"`
	MaxTootChars     int                   `json:"max_toot_chars"`
}

// InstanceStats is how large a server is.
type InstanceStats struct {
	UserCount   int `json:"user_count"`
	StatusCount int `json:"status_count"`
	DomainCount int `json:"domain_count"`
}

// ExtendedDescription is what a server says of itself at length.
type ExtendedDescription struct {
	UpdatedAt Time   `json:"updated_at"`
	Content   string `json:"content"`
}
