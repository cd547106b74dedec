/** Id of the repeating job that checks the triggers of a model. */
export const evaluationScheduleOf = (model: string): string => `evaluate-triggers-${model}`;
