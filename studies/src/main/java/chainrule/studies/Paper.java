package chainrule.studies;

/**
 * What a study is about.
 *
 * @param venue with the year
 * @param link to its abstract
 */
public record Paper(String title, String authors, String venue, String link) {}
