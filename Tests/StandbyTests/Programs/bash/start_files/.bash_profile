started=.bash_profile; echo .bash_profile
