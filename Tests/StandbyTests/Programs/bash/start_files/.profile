started=.profile; echo .profile
