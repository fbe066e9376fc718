"""How the models that ship with eventwire were made. Nothing here is needed to run it, nor is it installed with it.

analyser    syntax of English: tags, lemmas, trees (pipeline/language/analyser)
coder       linear models of the event coder (pipeline/coder/data)
sentences   the sentence classifier (pipeline/coder/data)
"""
