package mastodon

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"palier/instance"
	"palier/instance/media"
)

// language is in which language the one who asks reads a sentence: English for
// those whose language the API has no sentences in.
func language(r *http.Request, c *call) string {
	if c.account != nil {
		if _, ok := words[c.account.Locale]; !ok {
			return "en"
		}
		return c.account.Locale
	}
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Accept-Language"))), "fr") {
		return "fr"
	}
	return "en"
}

// plain is what programs look for themselves, word by word.
var plain = map[int]string{
	http.StatusForbidden:           "This action is not allowed",
	http.StatusNotFound:            "Record not found",
	http.StatusUnauthorized:        "The access token is invalid",
	http.StatusInternalServerError: "Internal error",
}

// sentence is what went wrong, for a program to show to its person.
func sentence(lang string, status int, err error) string {
	var scope *scopeError
	var invalid *instance.Invalid
	var refused *media.Refusal
	switch {
	case errors.As(err, &scope):
		return "This action is outside the authorized scopes"
	case errors.Is(err, errNobody):
		return "This method requires an authenticated user"
	case errors.As(err, &invalid):
		return invalidSentence(lang, invalid)
	case errors.As(err, &refused):
		return refusalSentence(lang, refused)
	}
	if text, ok := plain[status]; ok {
		return text
	}
	return words[lang][fmt.Sprint(status)]
}

func invalidSentence(lang string, e *instance.Invalid) string {
	of := words[lang]
	field, ok := of["field "+e.Field]
	if !ok {
		field = e.Field
	}
	if text, ok := of[e.Field+" "+e.Code]; ok {
		return strings.NewReplacer("{field}", field, "{limit}", fmt.Sprint(e.Limit)).Replace(text)
	}
	text, ok := of["any "+e.Code]
	if !ok {
		text = of["any"]
	}
	return of["failed"] + strings.NewReplacer("{field}", field, "{limit}", fmt.Sprint(e.Limit)).Replace(text)
}

func refusalSentence(lang string, e *media.Refusal) string {
	of := words[lang]
	name := "picture broken"
	switch {
	case errors.Is(e, media.ErrUnsupported):
		name = "picture unsupported"
	case errors.Is(e, media.ErrTooLarge):
		return strings.ReplaceAll(of["picture too-large"], "{limit}", fmt.Sprint(e.Limit>>20))
	case errors.Is(e, media.ErrTooManyPixels):
		return strings.ReplaceAll(of["picture too-many-pixels"], "{limit}", fmt.Sprint(e.Limit/1_000_000))
	case errors.Is(e, media.ErrTooManyFrames):
		name = "picture too-many-frames"
	}
	if text, ok := of["picture "+e.Kind()]; ok {
		return text
	}
	return of[name]
}

// words are the sentences of the API by language: what a program shows as it is.
// A code with "any" in front serves every field.
var words = map[string]map[string]string{
	"en": {
		"409": "Something else has changed this meanwhile. Load it again.",
		"413": "That is too large.",
		"415": "This kind of content cannot be read here.",
		"429": "Too many requests. Try again in a moment.",
		"503": "Not available at the moment. Try again soon.",
		"507": "There is no room left on the server. Nothing was stored.",

		"failed":         "Validation failed: ",
		" waits":         "Others do not see this message yet. Let it through before you answer it.",
		" unproven":      "To answer neighbours, first show that you live here. Until then you can read what is public and answer official notices.",
		"any":            "{field} is invalid",
		"any missing":    "{field} can't be blank",
		"any too-long":   "{field} is too long (at most {limit} characters)",
		"any too-short":  "{field} is too short (at least {limit} characters)",
		"any too-many":   "{field}: at most {limit}",
		"any unknown":    "{field} is not one of those that can be chosen",
		"any malformed":  "{field} cannot be read",
		"any taken":      "{field} is already taken",
		"any self":       "This cannot be done with oneself",
		"any past":       "{field} has to be in the future",
		"body malformed": "The request cannot be read",

		"audience needs-place":    "Neighbours are written to in a place: mention one you live in",
		"audience apart":          "An answer cannot be shown to others than the post it answers",
		"audience not-a-building": "This place is not a building",
		"domain ourselves":        "Validation failed: this is the server itself",
		"pin too-many":            "Validation failed: at most {limit} posts can be pinned",
		"context unknown":         "Validation failed: Context None or invalid context supplied",
		"filter many-keywords":    "These parameters cannot be changed from this application because they apply to more than one filter keyword. Use a more recent application or the web interface.",
		"lists too-many":          "Validation failed: You have reached the maximum number of lists",
		"members taken":           "Validation failed: Account has already been taken",
		"members too-many":        "Validation failed: a list holds at most {limit} accounts",
		"pin audience":            "Validation failed: only one's own public posts can be pinned",

		"pictures used":                  "This picture is part of a post and cannot be deleted by itself",
		"poll too-few":                   "Validation failed: a poll has at least {limit} options",
		"poll too-many":                  "Validation failed: a poll has at most {limit} options",
		"poll option-missing":            "Validation failed: an option of the poll is empty",
		"poll option-too-long":           "Validation failed: an option of the poll has at most {limit} characters",
		"poll option-twice":              "Validation failed: the poll has the same option twice",
		"poll no-end":                    "Validation failed: say how long the poll lasts (expires_in)",
		"poll too-short":                 "Validation failed: a poll lasts at least {limit} minutes",
		"poll lasts-too-long":            "Validation failed: a poll lasts at most {limit} days",
		"poll with-pictures":             "Validation failed: a post has pictures or a poll, not both",
		"poll ended":                     "Validation failed: the poll has already ended",
		"poll voted":                     "Validation failed: you have already voted on this poll",
		"poll own":                       "Validation failed: you cannot vote in your own polls",
		"choices missing":                "Validation failed: choose an option",
		"choices unknown":                "Validation failed: the chosen option does not exist",
		"choices malformed":              "Validation failed: options are chosen by their numbers, from 0 on",
		"choices too-many":               "Validation failed: in this poll only one option can be chosen",
		"scheduled_at too-soon":          "Validation failed: the scheduled date must be at least {limit} minutes in the future",
		"scheduled_at too-many":          "Validation failed: at most {limit} posts can wait at once",
		"scheduled_at too-many-that-day": "Validation failed: at most {limit} posts can be scheduled for one day",

		"picture broken":          "The file begins like a picture but is not one.",
		"picture unsupported":     "This file is not a picture that can be read here. Send it as JPEG, PNG, GIF or WebP.",
		"picture photo":           "Photos of this kind cannot be read here. Save it as JPEG and send that; on an iPhone choose Settings, Camera, Formats, Most Compatible.",
		"picture animation":       "Moving WebP pictures cannot be read here. Send it as GIF.",
		"picture video":           "Videos are not taken here. Put it where it can be watched and send the link.",
		"picture audio":           "Sounds are not taken here. Put it where it can be heard and send the link.",
		"picture drawing":         "SVG drawings are not taken here. Save it as PNG and send that.",
		"picture document":        "Documents are not taken here. Send a picture of the page, or a link.",
		"picture too-large":       "The picture is too large: at most {limit} MB.",
		"picture too-many-pixels": "The picture has too many pixels: at most {limit} million.",
		"picture too-many-frames": "The animation is too long.",

		"field replies": "Replies policy", "field action": "Filter action", "field keyword": "Keyword", "field keywords": "Keywords",
		"field filters": "Filters", "field posts": "Statuses", "field status": "Status", "field expires_in": "expires_in",
		"field last_read_id": "last_read_id", "field version": "version",
		"field text": "Text", "field title": "Title", "field warning": "Content warning", "field pictures": "Pictures",
		"field description": "Description", "field file": "File", "field focus": "Focus", "field audience": "Visibility", "field name": "Name", "field summary": "Note",
		"field field": "Field name", "field value": "Field value", "field parameters": "Parameters", "field comment": "Comment",
		"field max_id": "max_id", "field since_id": "since_id", "field min_id": "min_id", "field language": "Language", "field poll": "Poll", "field scheduled_at": "Scheduled date",
		"field note": "Note", "field duration": "Duration", "field domain": "Domain", "field category": "Category", "field languages": "Languages",
		"field client_name": "Application name", "field website": "Website", "field redirect_uris": "Redirect URI", "field scope": "Scopes",
		"field q": "Search", "field tag": "Hashtag", "field order": "Order",
	},
	"fr": {
		"409": "Cela a changé entre-temps. Chargez à nouveau.",
		"413": "C’est trop volumineux.",
		"415": "Ce type de contenu ne peut pas être lu ici.",
		"429": "Trop de demandes. Réessayez dans un instant.",
		"503": "Indisponible pour le moment. Réessayez bientôt.",
		"507": "Il n’y a plus de place sur le serveur. Rien n’a été enregistré.",

		"failed":         "Ce n’est pas accepté : ",
		" waits":         "Les autres ne voient pas encore ce message. Laissez-le passer avant d’y répondre.",
		" unproven":      "Pour répondre aux voisins, montrez d’abord que vous habitez ici. D’ici là, vous pouvez lire ce qui est public et répondre aux informations officielles.",
		"any":            "{field} ne convient pas",
		"any missing":    "{field} est à remplir",
		"any too-long":   "{field} est trop long ({limit} caractères au plus)",
		"any too-short":  "{field} est trop court ({limit} caractères au moins)",
		"any too-many":   "{field} : {limit} au plus",
		"any unknown":    "{field} ne fait pas partie des choix",
		"any malformed":  "{field} est illisible",
		"any taken":      "{field} est déjà pris",
		"any self":       "Cela ne se fait pas avec soi-même",
		"any past":       "{field} doit être dans le futur",
		"body malformed": "La demande est illisible",

		"audience needs-place":    "On écrit à ses voisins dans un lieu : mentionnez l’un de ceux où vous habitez",
		"audience apart":          "Une réponse ne peut pas être montrée à d’autres que le message auquel elle répond",
		"audience not-a-building": "Ce lieu n’est pas un immeuble",
		"domain ourselves":        "Ce n’est pas accepté : c’est le serveur lui-même",
		"pin too-many":            "Ce n’est pas accepté : {limit} messages épinglés au plus",
		"context unknown":         "Ce n’est pas accepté : choisissez où le filtre s’applique",
		"filter many-keywords":    "Cela vaut pour plusieurs mots du filtre : changez-le dans une application plus récente ou sur le site.",
		"lists too-many":          "Ce n’est pas accepté : {limit} listes au plus",
		"members taken":           "Ce n’est pas accepté : ce compte est déjà dans la liste",
		"members too-many":        "Ce n’est pas accepté : une liste contient {limit} comptes au plus",
		"pin audience":            "Ce n’est pas accepté : on n’épingle que ses propres messages publics",

		"pictures used":                  "Cette image fait partie d’un message et ne peut pas être supprimée seule",
		"poll too-few":                   "Ce n’est pas accepté : un sondage a au moins {limit} choix",
		"poll too-many":                  "Ce n’est pas accepté : un sondage a {limit} choix au plus",
		"poll option-missing":            "Ce n’est pas accepté : un choix du sondage est vide",
		"poll option-too-long":           "Ce n’est pas accepté : un choix du sondage a {limit} caractères au plus",
		"poll option-twice":              "Ce n’est pas accepté : le sondage a deux fois le même choix",
		"poll no-end":                    "Ce n’est pas accepté : dites combien de temps dure le sondage",
		"poll too-short":                 "Ce n’est pas accepté : un sondage dure au moins {limit} minutes",
		"poll lasts-too-long":            "Ce n’est pas accepté : un sondage dure {limit} jours au plus",
		"poll with-pictures":             "Ce n’est pas accepté : un message a des images ou un sondage, pas les deux",
		"poll ended":                     "Ce n’est pas accepté : le sondage est terminé",
		"poll voted":                     "Ce n’est pas accepté : vous avez déjà répondu à ce sondage",
		"poll own":                       "Ce n’est pas accepté : on ne répond pas à ses propres sondages",
		"choices missing":                "Ce n’est pas accepté : choisissez une réponse",
		"choices unknown":                "Ce n’est pas accepté : ce choix n’existe pas",
		"choices malformed":              "Ce n’est pas accepté : les choix se disent par leur numéro, à partir de 0",
		"choices too-many":               "Ce n’est pas accepté : une seule réponse est possible dans ce sondage",
		"scheduled_at too-soon":          "Ce n’est pas accepté : la date doit être {limit} minutes au moins dans le futur",
		"scheduled_at too-many":          "Ce n’est pas accepté : {limit} messages au plus peuvent attendre",
		"scheduled_at too-many-that-day": "Ce n’est pas accepté : {limit} messages au plus peuvent être prévus pour un même jour",

		"picture broken":          "Le fichier commence comme une image mais n’en est pas une.",
		"picture unsupported":     "Ce fichier n’est pas une image lisible ici. Envoyez-la en JPEG, PNG, GIF ou WebP.",
		"picture photo":           "Les photos de ce type ne sont pas lisibles ici. Enregistrez-la en JPEG et envoyez-la ainsi ; sur un iPhone : Réglages, Appareil photo, Formats, Le plus compatible.",
		"picture animation":       "Les WebP animés ne sont pas lisibles ici. Envoyez-la en GIF.",
		"picture video":           "Les vidéos ne sont pas acceptées ici. Déposez-la là où elle peut être vue et envoyez le lien.",
		"picture audio":           "Les sons ne sont pas acceptés ici. Déposez-le là où il peut être écouté et envoyez le lien.",
		"picture drawing":         "Les dessins SVG ne sont pas acceptés ici. Enregistrez-le en PNG et envoyez-le ainsi.",
		"picture document":        "Les documents ne sont pas acceptés ici. Envoyez une photo de la page, ou un lien.",
		"picture too-large":       "L’image est trop lourde : {limit} Mo au plus.",
		"picture too-many-pixels": "L’image a trop de pixels : {limit} millions au plus.",
		"picture too-many-frames": "L’animation est trop longue.",

		"field replies": "Le choix des réponses", "field action": "L’effet du filtre", "field keyword": "Le mot", "field keywords": "Les mots",
		"field filters": "Les filtres", "field posts": "Les messages", "field status": "Le message", "field expires_in": "La durée",
		"field last_read_id": "last_read_id", "field version": "version",
		"field text": "Le texte", "field title": "Le titre", "field warning": "L’avertissement", "field pictures": "Les images",
		"field description": "La description", "field file": "Le fichier", "field focus": "Le cadrage", "field audience": "La visibilité", "field name": "Le nom", "field summary": "La présentation",
		"field field": "L’intitulé", "field value": "Le contenu", "field parameters": "Les paramètres", "field comment": "Le commentaire",
		"field max_id": "max_id", "field since_id": "since_id", "field min_id": "min_id", "field language": "La langue", "field poll": "Le sondage", "field scheduled_at": "La date",
		"field note": "La note", "field duration": "La durée", "field domain": "Le domaine", "field category": "La catégorie", "field languages": "Les langues",
		"field client_name": "Le nom de l’application", "field website": "Le site", "field redirect_uris": "L’adresse de retour", "field scope": "Les permissions",
		"field q": "La recherche", "field tag": "Le mot-clé", "field order": "L’ordre",
	},
}
