package entity

// Application is a client program.
type Application struct {
	ID           ID       `json:"id"`
	Name         string   `json:"name"`
	Website      *string  `json:"website"`
	Scopes       []string `json:"scopes"`
	RedirectURI  string   `json:"redirect_uri"` // all of them, a line each
	RedirectURIs []string `json:"redirect_uris"`
	VAPIDKey     string   `json:"vapid_key"`
}

// CredentialApplication is a client program as it learns of itself, once.
type CredentialApplication struct {
	Application
	ClientID              string `json:"client_id"`
	ClientSecret          string `json:"client_secret"`
	ClientSecretExpiresAt int    `json:"client_secret_expires_at"` // 0: never
}

// Token is what a program shows from now on.
type Token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
	CreatedAt   int64  `json:"created_at"` // Unix seconds
}

// GrantError is why a program gets no token (RFC 6749 §5.2).
type GrantError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// AuthorizationServer is how programs get in (RFC 8414).
type AuthorizationServer struct {
	Issuer               string   `json:"issuer"`
	Authorization        string   `json:"authorization_endpoint"`
	Token                string   `json:"token_endpoint"`
	Revocation           string   `json:"revocation_endpoint"`
	UserInfo             string   `json:"userinfo_endpoint"`
	Registration         string   `json:"app_registration_endpoint"`
	Scopes               []string `json:"scopes_supported"`
	Responses            []string `json:"response_types_supported"`
	ResponseModes        []string `json:"response_modes_supported"`
	Grants               []string `json:"grant_types_supported"`
	ClientAuthentication []string `json:"token_endpoint_auth_methods_supported"`
	Challenges           []string `json:"code_challenge_methods_supported"`
	NamesIssuer          bool     `json:"authorization_response_iss_parameter_supported"`
}

// UserInfo is who a token speaks for (OpenID Connect Core §5.3).
type UserInfo struct {
	Issuer            string `json:"iss"`
	Subject           string `json:"sub"`
	Name              string `json:"name"`
	PreferredUsername string `json:"preferred_username"`
	Profile           string `json:"profile"`
	Picture           string `json:"picture"`
}
