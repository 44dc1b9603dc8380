declare -A greeting=([word]=Hello [name]=bash)
echo "${greeting[word]}, $(printf '%s' "${greeting[name]}" | tr -d '\n')!"
