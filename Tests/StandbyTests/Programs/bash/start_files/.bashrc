started=.bashrc; echo .bashrc
