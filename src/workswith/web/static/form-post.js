// An answer by response_mode=form_post leaves by itself; without script there is the button.
document.getElementById("form-post").submit();
