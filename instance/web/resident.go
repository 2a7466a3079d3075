package web

import "github.com/go-chi/chi/v5"

// residentRoutes are the pages of readers and neighbours.
func (s *Server) residentRoutes(r chi.Router) {
	// Coming in, and going.
	r.Get("/", s.shared(s.getWelcome))
	r.Get("/signin", s.page(s.getSignIn))
	r.Post("/signin", s.page(s.signIn))
	r.Post("/signout", s.page(s.signOut))
	r.Post("/language", s.page(s.chooseLanguage))
	r.Get("/offline", s.page(s.getOffline))

	// Letting a client program in.
	r.Get(authorizePath, s.page(s.getAuthorize))
	r.Post(authorizePath, s.page(s.authorize))
	r.Get(authorizePath+"/native", s.page(s.getCode))

	// Reading.
	r.Get("/home", s.signedIn(s.getHome))
	r.Get("/live", s.signedIn(s.getLive))
	r.Get("/@{name}", s.shared(s.getActor))
	r.Get("/@{name:[A-Za-z0-9_]+}.atom", s.shared(s.getFeed))
	r.Get("/@{name}/{id:[0-9]+}", s.shared(s.getThread))
	r.Get("/@{name}/{id:[0-9]+}/history", s.page(s.getHistory))
	r.Get("/tags/{tag}", s.shared(s.getTag))
	r.Get("/search", s.page(s.getSearch))

	// Writing.
	r.Get("/compose", s.signedIn(s.getCompose))
	r.Post("/compose", s.signedIn(s.publishPost))
	r.Get("/@{name}/{id:[0-9]+}/edit", s.signedIn(s.getEditPost))
	r.Post("/@{name}/{id:[0-9]+}/edit", s.signedIn(s.editPost))
	r.Post("/@{name}/{id:[0-9]+}/withdraw", s.signedIn(s.withdrawPost))
	r.Post("/@{name}/{id:[0-9]+}/restore", s.signedIn(s.restorePost))
	r.Post("/@{name}/{id:[0-9]+}/delete", s.signedIn(s.deletePost))
	r.Post("/@{name}/{id:[0-9]+}/reply", s.signedIn(s.replyToPost))

	// What one does with a post.
	r.Post("/@{name}/{id:[0-9]+}/like", s.signedIn(s.reactWith(s.Posts.Like)))
	r.Post("/@{name}/{id:[0-9]+}/unlike", s.signedIn(s.reactWith(s.Posts.Unlike)))
	r.Post("/@{name}/{id:[0-9]+}/share", s.signedIn(s.reactWith(s.Posts.Boost)))
	r.Post("/@{name}/{id:[0-9]+}/unshare", s.signedIn(s.reactWith(s.Posts.Unboost)))
	r.Post("/@{name}/{id:[0-9]+}/vote", s.signedIn(s.vote))
	r.Post("/@{name}/{id:[0-9]+}/pin", s.signedIn(s.reactWith(s.Posts.Pin)))
	r.Post("/@{name}/{id:[0-9]+}/unpin", s.signedIn(s.reactWith(s.Posts.Unpin)))
	r.Post("/@{name}/{id:[0-9]+}/keep", s.signedIn(s.reactWith(s.Posts.Bookmark)))
	r.Post("/@{name}/{id:[0-9]+}/unkeep", s.signedIn(s.reactWith(s.Posts.Unbookmark)))
	r.Get("/kept", s.signedIn(s.getKept))

	// How one stands to others.
	r.Post("/@{name}/follow", s.signedIn(s.follow))
	r.Post("/@{name}/unfollow", s.signedIn(s.unfollow))
	r.Get("/@{name}/block", s.signedIn(s.getBlock))
	r.Post("/@{name}/block", s.signedIn(s.bondWith(s.People.Block, "blocked")))
	r.Post("/@{name}/unblock", s.signedIn(s.bondWith(s.People.Unblock, "unblocked")))
	r.Post("/@{name}/mute", s.signedIn(s.bondWith(s.People.Mute, "muted")))
	r.Post("/@{name}/unmute", s.signedIn(s.bondWith(s.People.Unmute, "unmuted")))
	r.Post("/tags/{tag}/follow", s.signedIn(s.tagWith(s.Hashtags.Follow, "tag.followed")))
	r.Post("/tags/{tag}/unfollow", s.signedIn(s.tagWith(s.Hashtags.Unfollow, "tag.unfollowed")))
	r.Get("/follow", s.signedIn(s.getFollow))
	r.Get("/requests", s.signedIn(s.getRequests))
	r.Post("/requests/{id}", s.signedIn(s.answerRequest))
	r.Get("/notifications", s.signedIn(s.getNotifications))
	r.Post("/notifications/read", s.signedIn(s.readNotifications))
	r.Get("/messages", s.signedIn(s.getMessages))
	r.Post("/messages", s.signedIn(s.sendMessage))
	r.Get("/messages/new", s.signedIn(s.getNewMessage))
	r.Get("/messages/{id:[0-9]+}", s.signedIn(s.getMessage))
	r.Post("/messages/{id:[0-9]+}", s.signedIn(s.answerMessage))
	r.Post("/messages/{id:[0-9]+}/delete", s.signedIn(s.deleteMessage))
	r.Get("/report", s.signedIn(s.getReport))
	r.Post("/report", s.signedIn(s.report))

	// Where one lives.
	r.Post("/@{name}/join", s.signedIn(s.joinPlace))
	r.Get("/@{name}/leave", s.signedIn(s.getLeave))
	r.Post("/@{name}/leave", s.signedIn(s.leavePlace))
	r.Get("/@{name}/members", s.signedIn(s.getMembers))

	// What neighbours do together.
	r.Get("/g/{name}/clubs", s.page(s.getClubs))
	r.Get("/g/{name}/clubs/new", s.signedIn(s.getNewClub))
	r.Post("/g/{name}/clubs", s.signedIn(s.foundClub))
	r.Post("/g/{name}/enter", s.signedIn(s.enterClub))
	r.Post("/g/{name}/quit", s.signedIn(s.quitClub))
	r.Get("/g/{name}/members", s.signedIn(s.getClubMembers))
	r.Post("/g/{name}/members", s.signedIn(s.settleClubMember))
	r.Get("/g/{name}/edit", s.signedIn(s.getEditClub))
	r.Post("/g/{name}/edit", s.signedIn(s.editClub))

	// What one wants.
	r.Get("/settings", s.signedIn(s.getSettings))
	r.Post("/settings", s.signedIn(s.saveSettings))
	r.Get("/settings/profile", s.signedIn(s.getEditProfile))
	r.Post("/settings/profile", s.signedIn(s.editProfile))
	r.Get("/settings/password", s.signedIn(s.getPassword))
	r.Post("/settings/password", s.signedIn(s.changePassword))
	r.Get("/settings/apps", s.signedIn(s.getApps))
	r.Post("/settings/apps/end", s.signedIn(s.endApps))
	r.Post("/settings/apps/{id:[0-9]+}/end", s.signedIn(s.endApp))
	r.Get("/settings/blocked", s.signedIn(s.getBlocked))
	r.Get("/settings/filters", s.signedIn(s.getFilters))
	r.Post("/settings/filters", s.signedIn(s.createFilter))
	r.Get("/settings/filters/{id:[0-9]+}", s.signedIn(s.getFilter))
	r.Post("/settings/filters/{id:[0-9]+}", s.signedIn(s.editFilter))
	r.Post("/settings/filters/{id:[0-9]+}/delete", s.signedIn(s.deleteFilter))
}
